package dev.headgate.message;

import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** What a message counts as while it is in flight. */
public final class MessageSize {

    private MessageSize() {}

    /** The bytes of body and headers, as far as they are bytes or text. */
    public static int of(Message message) {
        int size = length(message.getBody());
        for (Object header : message.getHeaders().values()) {
            size += length(header);
        }
        return size;
    }

    private static int length(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        return value instanceof String text ? text.length() : 0;
    }
}
