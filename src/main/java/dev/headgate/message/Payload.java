package dev.headgate.message;

import java.nio.charset.StandardCharsets;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** The body of a message as bytes. Text is UTF-8, whatever the charset of the platform, which Camel would take. */
public final class Payload {

    private Payload() {}

    /** Null if there is no body, or none that can be bytes. */
    static byte @Nullable [] of(Message message) {
        return message.getBody() instanceof String text ? of(text) : message.getBody(byte[].class);
    }

    static byte[] of(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    /** Null if there is no body. */
    public static byte @Nullable [] mandatory(Message message) throws InvalidPayloadException {
        if (message.getBody() == null) {
            return null;
        }
        return message.getBody() instanceof String ? of(message) : message.getMandatoryBody(byte[].class);
    }
}
