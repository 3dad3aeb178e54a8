package dev.headgate.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.camel.component.kafka.serde.KafkaHeaderDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads the headers of a record as text where they are UTF-8, and leaves them as bytes where they are not. */
public final class TextHeaders implements KafkaHeaderDeserializer {

    @Override
    public @Nullable Object deserialize(String name, byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        return isAscii(value) ? new String(value, StandardCharsets.ISO_8859_1) : decode(value);
    }

    private static boolean isAscii(byte[] value) {
        for (byte b : value) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static Object decode(byte[] value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        } catch (CharacterCodingException e) {
            return value;
        }
    }
}
