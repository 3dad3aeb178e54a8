package dev.headgate.message;

import dev.headgate.failure.RejectedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;

/**
 * How large a message may be, by its {@link MessageSize}: asked before anything parses it. Of one that is larger only the
 * beginning is kept, in flight and as a dead letter. Immutable.
 *
 * @param maxBytes the most
 */
public record MessageLimit(long maxBytes) {

    /** For contexts that set none. */
    public static final MessageLimit NONE = new MessageLimit(Long.MAX_VALUE);

    /** Whoever parses a message may take many times its size. */
    private static final int SHARE_OF_HEAP = 16;

    private static final String REASON = "too large";
    private static final int MOST_HEADERS = 64;
    private static final int LONGEST_TEXT = 256;

    /** What is kept of a message, and the words for it. */
    public record Cut(Message message, String error) {

        /** Why the message is refused. */
        public Rejection rejection(String pipeline) {
            return new Rejection(pipeline, REASON, error, 1);
        }
    }

    /** What was asked for, at most a sixteenth of the heap. */
    public static MessageLimit within(long heap, long asked) {
        return new MessageLimit(Math.min(asked, heap / SHARE_OF_HEAP));
    }

    public boolean allows(long bytes) {
        return bytes <= maxBytes;
    }

    public boolean allows(Message message) {
        return allows(message, MessageSize.of(message));
    }

    private boolean allows(Message message, int size) {
        return allows(size)
                && !(message.getBody() instanceof CutBytes)
                && !(message.getHeader(KafkaConstants.KEY) instanceof CutBytes);
    }

    /**
     * Returns the size of the message if it is allowed.
     *
     * @throws RejectedException if it is not
     */
    public int require(Message message) {
        int size = MessageSize.of(message);
        if (!allows(message, size)) {
            throw new RejectedException(REASON, error(message, body(message)));
        }
        return size;
    }

    /**
     * Returns if the payload alone is allowed, as a step has left it.
     *
     * @throws RejectedException if it is not
     */
    public void requirePayload(byte @Nullable [] payload) {
        if (payload != null && payload.length > maxBytes) {
            throw exceeded("a payload of %,d bytes after the steps of the route".formatted(payload.length));
        }
    }

    /**
     * What is said of a message that has become larger than it may be.
     *
     * @param found its size, or when it was found
     */
    public RejectedException exceeded(String found) {
        return new RejectedException(
                REASON,
                "Expected at most %,d bytes (headgate.message.max-bytes, and a sixteenth of the heap), found %s"
                        .formatted(maxBytes, found));
    }

    /** The beginning of a message, with as much of its headers as is good to know, and what its client says of it. */
    public Cut cut(Message message) {
        CutBytes body = body(message);
        Message kept = new DefaultMessage(message.getExchange());
        kept.setBody(body == null ? null : body.beginning());
        int own = 0;
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            Object value = header.getValue();
            if (Headers.isOwn(header.getKey())) {
                if (own++ < MOST_HEADERS) {
                    kept.setHeader(cut(header.getKey()), value == null ? null : cut(Headers.text(value)));
                }
            } else if (!(value instanceof AsItCame)) {
                kept.setHeader(header.getKey(), digest(value));
            }
        }
        return new Cut(kept, error(message, body));
    }

    private String error(Message message, @Nullable CutBytes body) {
        String found = body == null
                ? "no value, and more in its headers"
                : "a value of %,d bytes with SHA-256 %s, and %,d bytes in its headers"
                        .formatted(body.size(), body.sha256(), MessageSize.headers(message));
        return "Expected at most %,d bytes (headgate.message.max-bytes, and a sixteenth of the heap), found %s; only the first %,d bytes are kept"
                .formatted(maxBytes, found, CutBytes.KEPT);
    }

    private static @Nullable CutBytes body(Message message) {
        if (message.getBody() instanceof CutBytes cut) {
            return cut;
        }
        byte[] bytes = Payload.of(message);
        return bytes == null ? null : CutBytes.of(ByteBuffer.wrap(bytes));
    }

    /** A key that is long stays the same for equal keys. */
    private static @Nullable Object digest(@Nullable Object value) {
        if (value instanceof String text && text.length() > CutBytes.KEPT) {
            return CutBytes.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
                    .toString();
        }
        if (value instanceof byte[] bytes && bytes.length > CutBytes.KEPT) {
            return CutBytes.of(ByteBuffer.wrap(bytes)).toString();
        }
        return value instanceof CutBytes cut ? cut.toString() : value;
    }

    private static String cut(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }
}
