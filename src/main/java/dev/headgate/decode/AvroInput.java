package dev.headgate.decode;

import dev.headgate.failure.RejectedException;

/** Reads Avro's binary encoding. A count that is larger than the bytes that are left is refused. Not thread-safe. */
final class AvroInput extends BinaryInput {

    AvroInput(byte[] bytes, int position) {
        super(bytes, position);
    }

    long readLong() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    int readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw broken("%d, where an int is to be".formatted(value));
        }
        return (int) value;
    }

    boolean readBoolean() {
        byte b = bytes()[skip(1)];
        if (b != 0 && b != 1) {
            throw broken("a boolean that is neither 0 nor 1");
        }
        return b == 1;
    }

    /** A number from 0 on, below the given one: of a branch, or a symbol. */
    int readIndex(int below) {
        long index = readLong();
        if (index < 0 || index >= below) {
            throw broken("number %d, of %d".formatted(index, below));
        }
        return (int) index;
    }

    /** A length of what follows, all of which is there. */
    int readLength() {
        return requireLength(readLong());
    }

    /** How many elements follow in a block of an array or map; 0 at its end. None takes less than nothing, so there may be no more than bytes. */
    int readCount() {
        long count = readLong();
        if (count < 0) {
            readLength();
            count = -count;
        }
        if (count < 0 || count > left()) {
            throw broken("a count of %d".formatted(count));
        }
        return (int) count;
    }

    @Override
    RejectedException broken(String found) {
        return new RejectedException(
                "broken Avro",
                "the payload does not fit its schema: %s, with %,d of %,d bytes left"
                        .formatted(found, left(), bytes().length));
    }
}
