package dev.headgate.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Idempotency keys in the form that the table can hold and gives back unchanged: different keys have different forms.
 *
 * <p>The text of an id is stored as it is, unless it begins with {@code @}, as all other forms do: {@code @at:} is a
 * position, {@code @id:} an id that begins with {@code @} itself, {@code @base64:} one of bytes that are no UTF-8, {@code
 * @sha256:} the digest of one that is too long or holds NUL or half a surrogate pair, {@code @topic:NAME:} the id of a
 * message of one of several topics, {@code @part:INDEX:} before the key of a message that a part of it is known by. No form depends on what an id looks like otherwise, nor on how positions are written.
 */
public final class StorableKey {

    /** The most characters, each of at most 3 bytes in UTF-8; an index row must stay below 2704 bytes. */
    private static final int LONGEST = 512;

    private static final String AT = "@at:";

    private StorableKey() {}

    /** The key of an id that is text. */
    public static String ofId(String id) {
        boolean plain = id.isEmpty() || id.charAt(0) != '@';
        String form = plain ? id : "@id:" + id;
        return id.length() <= LONGEST && isText(id) ? form : digest(form);
    }

    /** The key of an id of bytes: where they are UTF-8, that of their text. */
    public static String ofId(byte[] id) {
        String text = Utf8.text(id);
        if (text != null) {
            return ofId(text);
        }
        String form = "@base64:" + Base64.getEncoder().encodeToString(id);
        return form.length() <= LONGEST ? form : digest(form);
    }

    /** The key of a message without an id: the place that it came from. */
    public static String ofPosition(String position) {
        String form = AT + position;
        return position.length() <= LONGEST && isText(position) ? form : digest(form);
    }

    /**
     * The key of a part of the message with that key, which is known by where it came from or by an id.
     *
     * @param index the part's place among those of the message
     */
    static String ofPart(String key, int index) {
        // No position has a number sign but for that of a part; an id may have one anywhere.
        return key.startsWith(AT) ? key + "#" + index : "@part:" + index + ":" + key;
    }

    /**
     * The key of an id that is one only within its topic.
     *
     * @param topic null where an id is one of the whole pipeline
     * @param id what {@code ofId} has returned
     */
    static String withTopic(@Nullable String topic, String id) {
        return topic == null ? id : "@topic:" + topic + ":" + id;
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

    private static String digest(String form) {
        ByteBuffer bytes = ByteBuffer.allocate(form.length() * Character.BYTES);
        bytes.asCharBuffer().put(form);
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return "@sha256:" + HexFormat.of().formatHex(sha256.digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
