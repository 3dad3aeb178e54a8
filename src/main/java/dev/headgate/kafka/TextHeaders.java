package dev.headgate.kafka;

import dev.headgate.message.Utf8;
import org.apache.camel.component.kafka.serde.KafkaHeaderDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads the headers of a record as text where they are UTF-8, and leaves them as bytes where they are not. */
public final class TextHeaders implements KafkaHeaderDeserializer {

    @Override
    public @Nullable Object deserialize(String name, byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        String text = Utf8.text(value);
        return text == null ? value : text;
    }
}
