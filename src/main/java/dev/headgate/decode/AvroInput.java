package dev.headgate.decode;

import dev.headgate.failure.RejectedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads Avro's binary encoding from bytes in memory. Avro's own decoder allocates what a length says before it has seen the
 * bytes. Here a length or a count that is larger than what is left is refused. Not thread-safe.
 */
final class AvroInput {

    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private int position;

    AvroInput(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    byte[] bytes() {
        return bytes;
    }

    int left() {
        return bytes.length - position;
    }

    long readLong() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = bytes[skip(1)];
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw broken("a number of more than 10 bytes");
    }

    int readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw broken("%d, where an int is to be".formatted(value));
        }
        return (int) value;
    }

    boolean readBoolean() {
        byte b = bytes[skip(1)];
        if (b != 0 && b != 1) {
            throw broken("a boolean that is neither 0 nor 1");
        }
        return b == 1;
    }

    float readFloat() {
        return (float) FLOAT.get(bytes, skip(Float.BYTES));
    }

    double readDouble() {
        return (double) DOUBLE.get(bytes, skip(Double.BYTES));
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
        long length = readLong();
        if (length < 0 || length > left()) {
            throw broken("a length of %d".formatted(length));
        }
        return (int) length;
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

    /** Where the next bytes begin, which count as read. */
    int skip(int length) {
        if (length > left()) {
            throw broken("an end within a value");
        }
        int start = position;
        position += length;
        return start;
    }

    RejectedException broken(String found) {
        return new RejectedException(
                "broken Avro",
                "the payload does not fit its schema: %s, with %,d of %,d bytes left"
                        .formatted(found, left(), bytes.length));
    }
}
