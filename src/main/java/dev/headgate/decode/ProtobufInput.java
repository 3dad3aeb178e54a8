package dev.headgate.decode;

import dev.headgate.failure.RejectedException;
import java.util.Arrays;

/**
 * Reads Protobuf's binary encoding, and remembers where the fields of the messages being read are: they come in any order,
 * several times, and mixed. One stack of numbers holds all that, so that no object is made for a field. Not thread-safe.
 */
final class ProtobufInput extends BinaryInput {

    static final int VARINT = 0;
    static final int FIXED_64 = 1;
    static final int LENGTH = 2;
    static final int GROUP = 3;
    static final int GROUP_END = 4;
    static final int FIXED_32 = 5;

    static final int NONE = -1;

    private static final int TYPE_BITS = 3;
    private static final int TYPE = 7;

    private int[] stack = new int[256];
    private int used;

    ProtobufInput(byte[] bytes, int position) {
        super(bytes, position);
    }

    static int number(int tag) {
        return tag >>> TYPE_BITS;
    }

    static int wireType(int tag) {
        return tag & TYPE;
    }

    /** The number of a field, and how it is written. */
    int readTag() {
        long tag = readVarint();
        if (tag != (tag & 0xFFFF_FFFFL) || tag >>> TYPE_BITS == 0) {
            throw broken("a field with the number %s".formatted(Long.toUnsignedString(tag >>> TYPE_BITS)));
        }
        return (int) tag;
    }

    int readLength() {
        return requireLength(readVarint());
    }

    int readFixed32() {
        return Float.floatToRawIntBits(readFloat());
    }

    long readFixed64() {
        return Double.doubleToRawLongBits(readDouble());
    }

    void skipValue(int tag) {
        skipValue(tag, 0);
    }

    /** Skips what is in a group, and the tag at its end, whose position it returns. */
    int skipGroup(int number) {
        return skipGroup(number, 0);
    }

    private void skipValue(int tag, int level) {
        switch (wireType(tag)) {
            case VARINT -> readVarint();
            case FIXED_64 -> skip(Long.BYTES);
            case FIXED_32 -> skip(Integer.BYTES);
            case LENGTH -> skip(readLength());
            case GROUP -> skipGroup(number(tag), level + 1);
            default -> throw broken("the wire type %d".formatted(wireType(tag)));
        }
    }

    private int skipGroup(int number, int level) {
        requireLevel(level);
        while (true) {
            int at = position();
            int tag = readTag();
            if (wireType(tag) == GROUP_END) {
                if (number(tag) != number) {
                    throw broken("an end of another group");
                }
                return at;
            }
            skipValue(tag, level);
        }
    }

    /** Room for what is known of one message, from the returned index on: all of it {@link #NONE}. */
    int push(int size) {
        int frame = used;
        reserve(size);
        Arrays.fill(stack, frame, used, NONE);
        return frame;
    }

    /** Forgets that message, and what came behind it. */
    void pop(int frame) {
        used = frame;
    }

    int at(int index) {
        return stack[index];
    }

    void set(int index, int value) {
        stack[index] = value;
    }

    /** A place where a field is: its position, and behind it the next such place. */
    int place(int position) {
        int place = used;
        reserve(2);
        stack[place] = position;
        stack[place + 1] = NONE;
        return place;
    }

    int next(int place) {
        return stack[place + 1];
    }

    /** Reads next what is at a place: its tag. */
    int seek(int place) {
        window(stack[place], bytes().length);
        return readTag();
    }

    private void reserve(int size) {
        used += size;
        if (used > stack.length) {
            stack = Arrays.copyOf(stack, Math.max(used, stack.length + (stack.length >> 1)));
        }
    }

    @Override
    RejectedException broken(String found) {
        return new RejectedException(
                "broken Protobuf",
                "the payload does not fit its schema: %s, before byte %,d of %,d"
                        .formatted(found, position(), bytes().length));
    }
}
