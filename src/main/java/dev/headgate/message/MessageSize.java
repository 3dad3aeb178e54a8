package dev.headgate.message;

import java.util.Map;
import org.apache.camel.Message;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * What a message counts as while it is in flight: about what the heap holds of it. Body, key, and the names and values of
 * headers, each also where Kafka's client keeps it a second time.
 */
public final class MessageSize {

    /** What a header takes besides its characters and bytes: its objects, and its place in a map or list. */
    private static final int ENTRY = 64;

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
            // Those of Camel and of the client have names that the process holds once.
            size += length(header.getValue()) + (Headers.isOwn(name) ? ENTRY + name.length() : 0);
        }
        return size;
    }

    /** The bytes of a record's headers, of which there may be many of one name. */
    public static long of(Iterable<Header> headers) {
        long size = 0;
        for (Header header : headers) {
            byte[] value = header.value();
            size += ENTRY + header.key().length() + (value == null ? 0 : value.length);
        }
        return size;
    }

    private static long length(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        if (value instanceof String text) {
            return (long) text.length() * Character.BYTES;
        }
        return value instanceof org.apache.kafka.common.header.Headers record ? of(record) : 0;
    }
}
