package dev.headgate.batch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Renders the messages of a batch as JSON for one SQL parameter. */
final class JsonArrays {

    private static final JsonFactory JSON = new JsonFactory();
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
        StringWriter out = new StringWriter(messages.size() * 64);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            for (Message message : messages) {
                json.writeStartObject();
                Headers.forEach(message.exchange().getMessage(), (name, value) -> write(json, name, value));
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void write(JsonGenerator json, String name, String value) {
        try {
            json.writeStringField(name, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
