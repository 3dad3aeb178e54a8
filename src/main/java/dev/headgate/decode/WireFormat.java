package dev.headgate.decode;

import dev.headgate.failure.RejectedException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What Confluent's serializers write in front of a payload: a zero byte, and the id of its schema in 4 bytes. */
final class WireFormat {

    static final int LENGTH = 5;

    private WireFormat() {}

    /**
     * The id of the schema.
     *
     * @throws RejectedException if the bytes do not have this format
     */
    static int id(byte[] bytes) {
        int id = bytes.length < LENGTH || bytes[0] != 0
                ? -1
                : ByteBuffer.wrap(bytes).getInt(1);
        if (id < 0) {
            throw new RejectedException(
                    "no wire format",
                    "expected the wire format of a schema registry, a zero byte and an id in 4 bytes, found "
                            + beginning(bytes));
        }
        return id;
    }

    /** The payload behind it; all bytes, if they do not begin with a zero byte, as no JSON does. */
    static byte[] payload(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != 0) {
            return bytes;
        }
        id(bytes);
        return Arrays.copyOfRange(bytes, LENGTH, bytes.length);
    }

    private static String beginning(byte[] bytes) {
        StringBuilder found = new StringBuilder(bytes.length + " bytes");
        for (int i = 0; i < Math.min(bytes.length, LENGTH); i++) {
            found.append(i == 0 ? ", which begin with " : " ").append("%02x".formatted(bytes[i]));
        }
        return found.toString();
    }
}
