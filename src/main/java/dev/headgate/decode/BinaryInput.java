package dev.headgate.decode;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Utf8;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads a binary encoding from bytes in memory. The libraries of the formats allocate what a length says before they have
 * seen the bytes. Here a length that is larger than what is left is refused. Not thread-safe.
 */
abstract class BinaryInput {

    /** As many as a JSON parser reads, too. */
    private static final int DEEPEST = 1000;

    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private int position;
    private int end;

    BinaryInput(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
        this.end = bytes.length;
    }

    /** @param level how many objects and arrays are around what is read next */
    static void requireLevel(int level) {
        if (level >= DEEPEST) {
            throw new RejectedException("nested too deeply", "more than %,d levels".formatted(DEEPEST));
        }
    }

    final byte[] bytes() {
        return bytes;
    }

    final int position() {
        return position;
    }

    final int left() {
        return end - position;
    }

    /** What is read next: the bytes from the one position to the other. */
    final void window(int from, int to) {
        position = from;
        end = to;
    }

    /** A number of 7 bits a byte, the lowest first. */
    final long readVarint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = bytes[skip(1)];
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw broken("a number of more than 10 bytes");
    }

    final float readFloat() {
        return (float) FLOAT.get(bytes, skip(Float.BYTES));
    }

    final double readDouble() {
        return (double) DOUBLE.get(bytes, skip(Double.BYTES));
    }

    final String readText(int length) {
        int start = skip(length);
        String text = Utf8.text(Arrays.copyOfRange(bytes, start, start + length));
        if (text == null) {
            throw broken("a text that is no UTF-8");
        }
        return text;
    }

    final void writeText(int length, JsonGenerator json) throws IOException {
        if (isAscii(length)) {
            json.writeUTF8String(bytes, skip(length), length);
        } else {
            json.writeString(readText(length));
        }
    }

    /** As Postgres writes and reads them. */
    final void writeBytes(int length, JsonGenerator json) throws IOException {
        int start = skip(length);
        json.writeString("\\x" + HexFormat.of().formatHex(bytes, start, start + length));
    }

    /** Where the next bytes begin, which count as read. */
    final int skip(int length) {
        if (length > left()) {
            throw broken("an end within a value");
        }
        int start = position;
        position += length;
        return start;
    }

    /** @throws RejectedException if a length cannot be, or that many bytes are not there */
    final int requireLength(long length) {
        if (length < 0 || length > left()) {
            throw broken("a length of %d".formatted(length));
        }
        return (int) length;
    }

    /** The reason to refuse the payload. */
    abstract RejectedException broken(String found);

    private boolean isAscii(int length) {
        for (int i = position; i < position + length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
