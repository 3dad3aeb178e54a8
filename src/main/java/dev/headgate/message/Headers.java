package dev.headgate.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * The names of the headers that Headgate gives a meaning, and a message's own headers as text: those of Camel and of the
 * source's client are left out.
 */
public final class Headers {

    /** The header that carries the id of a message, also of those that the outbox relays. */
    public static final String MESSAGE_ID = "message-id";

    /** The header that carries the media type of the payload. */
    public static final String CONTENT_TYPE = "content-type";

    /** The header that says which trace a message belongs to (W3C Trace Context). */
    public static final String TRACEPARENT = "traceparent";

    /** The header that goes with {@link #TRACEPARENT}, with what each system adds. */
    public static final String TRACESTATE = "tracestate";

    /** The header of a replay, which only {@link ReplaySeal} can make. */
    public static final String REPLAY = "headgate-replay";

    private static final String CAMEL = "Camel";
    private static final String KAFKA = "kafka.";
    /** A K too where case is ignored. */
    private static final char KELVIN = '\u212A';

    private static final char REPLACEMENT = '\uFFFD';
    private static final ObjectMapper JSON = new ObjectMapper();

    private Headers() {}

    /** Whether a header of this name is the message's own: neither Camel's nor the Kafka client's, in whatever case. */
    public static boolean isOwn(String name) {
        if (name.isEmpty()) {
            return true;
        }
        // Of each message each header is asked: most are told by their first letter.
        return switch (name.charAt(0)) {
            case 'C', 'c' -> !name.regionMatches(true, 0, CAMEL, 0, CAMEL.length());
            case 'K', 'k', KELVIN -> !name.regionMatches(true, 0, KAFKA, 0, KAFKA.length());
            default -> true;
        };
    }

    /** Bytes that are UTF-8 become text, others {@code base64:...}; NUL, which Postgres cannot store, becomes U+FFFD. */
    public static Map<String, String> texts(Message message) {
        Map<String, String> texts = new LinkedHashMap<>();
        forEach(message, texts::put);
        return texts;
    }

    /** Gives the consumer what {@link #texts} returns, without making the map. */
    public static void forEach(Message message, BiConsumer<String, String> consumer) {
        message.getHeaders().forEach((name, value) -> {
            if (isOwn(name)) {
                consumer.accept(storable(name), text(value));
            }
        });
    }

    /** The text with every NUL replaced. */
    public static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', REPLACEMENT);
    }

    /**
     * What a table holds as a JSON object; values that are no text become the text of their JSON, nulls are left out.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Map<String, String> parse(String json) {
        JsonNode parsed;
        try {
            parsed = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("column headers cannot be read as JSON: correct the row", e);
        }
        if (!parsed.isObject() && !parsed.isNull()) {
            throw new IllegalArgumentException("expected a JSON object in column headers, found a JSON "
                    + parsed.getNodeType() + ": correct the row or the SQL that writes it");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header : parsed.properties()) {
            JsonNode value = header.getValue();
            if (!value.isNull()) {
                headers.put(header.getKey(), value.isTextual() ? value.textValue() : value.toString());
            }
        }
        return headers;
    }

    public static String text(@Nullable Object value) {
        return storable(value instanceof byte[] bytes ? decode(bytes) : String.valueOf(value));
    }

    /** UTF-8 as it is, others {@code base64:...}. */
    static String decode(byte[] bytes) {
        String text = Utf8.text(bytes);
        return text == null ? StoredText.base64(bytes) : text;
    }
}
