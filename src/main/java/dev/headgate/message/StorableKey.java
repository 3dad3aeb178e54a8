package dev.headgate.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An idempotency key in the form that the table can hold and gives back unchanged. */
public final class StorableKey {

    /** The most characters, each of at most 3 bytes in UTF-8; an index row must stay below 2704 bytes. */
    private static final int LONGEST = 512;

    private StorableKey() {}

    /** The key itself, or {@code sha256:...} of one that is too long or holds NUL or half a surrogate pair. */
    public static String of(String key) {
        return key.length() <= LONGEST && isText(key) ? key : digest(key);
    }

    private static boolean isText(String key) {
        boolean surrogates = false;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == 0) {
                return false;
            }
            surrogates |= Character.isSurrogate(c);
        }
        return !surrogates || StandardCharsets.UTF_8.newEncoder().canEncode(key);
    }

    private static String digest(String key) {
        ByteBuffer bytes = ByteBuffer.allocate(key.length() * Character.BYTES);
        bytes.asCharBuffer().put(key);
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return "sha256:" + HexFormat.of().formatHex(sha256.digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
