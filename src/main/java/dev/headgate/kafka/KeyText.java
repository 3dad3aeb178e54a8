package dev.headgate.kafka;

import dev.headgate.message.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of records as text, whatever their bytes are: different keys have different texts, and a text is written as the
 * key that it was read from.
 *
 * <p>UTF-8 is its text. Other bytes, and those with a NUL, which Postgres cannot store, are {@code base64:} and their Base64;
 * so is a text that begins like that.
 */
public final class KeyText {

    private static final String BASE64 = "base64:";

    private KeyText() {}

    private static String text(byte[] key) {
        String text = Utf8.text(key);
        return text == null || text.indexOf('\0') >= 0 || text.startsWith(BASE64)
                ? BASE64 + Base64.getEncoder().encodeToString(key)
                : text;
    }

    private static byte[] key(String text) {
        if (text.startsWith(BASE64)) {
            try {
                byte[] key = Base64.getDecoder().decode(text.substring(BASE64.length()));
                if (text(key).equals(text)) {
                    return key;
                }
            } catch (IllegalArgumentException e) {
                // a text that only looks like it
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Kafka makes one for each consumer. */
    public static final class Reader implements Deserializer<String> {

        @Override
        @SuppressWarnings("NullAway") // a record without a key, as Kafka's own
        public @Nullable String deserialize(String topic, byte @Nullable [] data) {
            return data == null ? null : text(data);
        }
    }

    /** Kafka makes one for each producer. Takes bytes as they are, and of other objects their text. */
    public static final class Writer implements Serializer<Object> {

        @Override
        @SuppressWarnings("NullAway") // a record without a key, as Kafka's own
        public byte @Nullable [] serialize(String topic, @Nullable Object key) {
            if (key == null || key instanceof byte[]) {
                return (byte[]) key;
            }
            return key(key.toString());
        }
    }
}
