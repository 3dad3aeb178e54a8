package dev.headgate.message;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What stands in for bytes that are too many to be held.
 *
 * @param size how many they are
 * @param sha256 their SHA-256, in hexadecimal
 * @param beginning the first of them
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record CutBytes(long size, String sha256, byte[] beginning) {

    /** So many are kept. */
    public static final int KEPT = 1024;

    /** Reads the buffer to its end without a copy of it. */
    public static CutBytes of(ByteBuffer bytes) {
        ByteBuffer first = bytes.slice();
        byte[] beginning = new byte[Math.min(KEPT, first.remaining())];
        first.get(beginning);
        int size = bytes.remaining();
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(bytes);
            return new CutBytes(size, HexFormat.of().formatHex(sha256.digest()), beginning);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same for equal bytes: what a key is known by that is too long to be held. */
    @Override
    public String toString() {
        return "sha256:" + sha256;
    }
}
