package dev.headgate.message;

import java.util.Map;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * What a message counts as while it is in flight: about what the heap holds of it, in its body, its key, and the names and
 * values of its headers.
 */
public final class MessageSize {

    /** What a header takes besides its characters and bytes: its objects, and its place in a map. */
    public static final int ENTRY = 128;

    private MessageSize() {}

    /** The bytes of body and headers, as far as they are bytes or text; at most {@link Integer#MAX_VALUE}. */
    public static int of(Message message) {
        return (int) Math.min(Integer.MAX_VALUE, length(message.getBody()) + headers(message));
    }

    /** The bytes of the headers alone. */
    static long headers(Message message) {
        long size = 0;
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            String name = header.getKey();
            Object value = header.getValue();
            // Those of Camel and of the client have names that the process holds once.
            if (Headers.isOwn(name)) {
                size += ENTRY + name.length() + length(value);
            } else {
                size += length(value);
            }
        }
        return size;
    }

    private static long length(@Nullable Object value) {
        if (value instanceof String text) {
            return (long) text.length() * Character.BYTES;
        }
        if (value instanceof AsItCame kept) {
            return kept.size();
        }
        return value instanceof byte[] bytes ? bytes.length : 0;
    }
}
