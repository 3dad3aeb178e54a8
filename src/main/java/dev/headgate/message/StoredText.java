package dev.headgate.message;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Bytes as text that a table can hold and gives back unchanged: UTF-8 as it is, {@code base64:...} for what is none, holds
 * NUL, or begins with {@code base64:} itself. Different bytes have different texts.
 */
public final class StoredText {

    private static final String BASE64 = "base64:";

    private StoredText() {}

    /** The text of these bytes. */
    public static String of(byte[] bytes) {
        String text = Utf8.text(bytes);
        return text == null || !isPlain(text) ? base64(bytes) : text;
    }

    /** Any bytes in the form of those that are no plain text. */
    static String base64(byte[] bytes) {
        return BASE64 + Base64.getEncoder().encodeToString(bytes);
    }

    /** The text of the UTF-8 of this one. */
    public static String of(String text) {
        return isPlain(text) ? text : of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes that {@link #of} made this text of; of any other text its UTF-8. */
    public static byte[] bytes(String stored) {
        if (stored.startsWith(BASE64)) {
            try {
                byte[] bytes = Base64.getDecoder().decode(stored.substring(BASE64.length()));
                if (of(bytes).equals(stored)) {
                    return bytes;
                }
            } catch (IllegalArgumentException e) {
                // text that only looks like it
            }
        }
        return stored.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isPlain(String text) {
        return text.indexOf('\0') < 0 && !text.startsWith(BASE64);
    }
}
