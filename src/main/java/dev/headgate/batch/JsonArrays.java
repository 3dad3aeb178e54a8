package dev.headgate.batch;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.headgate.message.Headers;
import dev.headgate.message.Message;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Renders the messages of a batch as JSON for one SQL parameter. */
final class JsonArrays {

    private static final JsonStringEncoder QUOTED = JsonStringEncoder.getInstance();
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private JsonArrays() {}

    /** The payloads, which must be JSON themselves, one after the other, unchanged; none can become two elements. */
    static String payloads(List<Message> messages) {
        int size = messages.stream().mapToInt(message -> length(message) + 1).sum() + 1;
        ByteArrayOutputStream out = new ByteArrayOutputStream(size);
        char separator = '[';
        for (Message message : messages) {
            out.write(separator);
            byte[] payload = message.payload();
            if (payload == null) {
                out.writeBytes(NULL);
            } else {
                JsonElement.require(payload);
                out.writeBytes(payload);
            }
            separator = ',';
        }
        if (separator == '[') {
            out.write('[');
        }
        out.write(']');
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int length(Message message) {
        byte[] payload = message.payload();
        return payload == null ? NULL.length : payload.length;
    }

    static String headers(List<Message> messages) {
        StringBuilder out = new StringBuilder(messages.size() * 128).append('[');
        for (Message message : messages) {
            out.append('{');
            int start = out.length();
            Headers.forEach(message.exchange().getMessage(), (name, value) -> {
                quote(name, out.length() == start ? out : out.append(','));
                quote(value, out.append(':'));
            });
            out.append("},");
        }
        if (!messages.isEmpty()) {
            out.setLength(out.length() - 1);
        }
        return out.append(']').toString();
    }

    /** Null for a message that does not have it. */
    static String header(List<Message> messages, String name) {
        StringBuilder out = new StringBuilder(messages.size() * 16).append('[');
        for (Message message : messages) {
            Object value = message.exchange().getMessage().getHeader(name);
            if (value == null) {
                out.append("null");
            } else {
                quote(Headers.text(value), out);
            }
            out.append(',');
        }
        if (!messages.isEmpty()) {
            out.setLength(out.length() - 1);
        }
        return out.append(']').toString();
    }

    /** Most batches have none: then a look at each message is all. */
    static String traces(List<Message> messages) {
        if (messages.stream().noneMatch(Message::isTraced)) {
            return "[]";
        }
        StringBuilder out = new StringBuilder(messages.size() * 80);
        for (Message message : messages) {
            trace(message, out.append(out.isEmpty() ? '[' : ','));
        }
        return out.append(']').toString();
    }

    /** The headers that continue the trace of this one, as an object. */
    static String trace(Message message) {
        StringBuilder out = new StringBuilder(100);
        trace(message, out);
        return out.toString();
    }

    private static void trace(Message message, StringBuilder out) {
        out.append('{');
        int start = out.length();
        for (String name : List.of(Headers.TRACEPARENT, Headers.TRACESTATE)) {
            String value = header(message, name);
            if (value != null) {
                quote(name, out.length() == start ? out : out.append(','));
                quote(Headers.storable(value), out.append(':'));
            }
        }
        out.append('}');
    }

    private static @Nullable String header(Message message, String name) {
        return message.exchange().getMessage().getHeader(name, String.class);
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        QUOTED.quoteAsString(text, out);
        out.append('"');
    }
}
