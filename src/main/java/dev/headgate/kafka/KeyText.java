package dev.headgate.kafka;

import dev.headgate.message.StoredText;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of records as {@link StoredText}: different keys have different texts, and a text is written as the key that it
 * was read from.
 */
public final class KeyText {

    private KeyText() {}

    /** Kafka makes one for each consumer. */
    public static final class Reader implements Deserializer<String> {

        @Override
        @SuppressWarnings("NullAway") // a record without a key, as Kafka's own
        public @Nullable String deserialize(String topic, byte @Nullable [] data) {
            return data == null ? null : StoredText.of(data);
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
            return StoredText.bytes(key.toString());
        }
    }
}
