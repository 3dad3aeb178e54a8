package dev.headgate.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.JsonNumbers;
import dev.headgate.message.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A payload as one line of JSON, unchanged but for line breaks, which in JSON are blanks. */
final class Ndjson {

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .configure(JsonFactory.Feature.CHARSET_DETECTION, false)
            .build();
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private Ndjson() {}

    /**
     * Looks whether it is exactly one JSON value in UTF-8.
     *
     * @param field a field of the object whose text is wanted, or null
     * @return the text of that field; null if there is none
     * @throws RejectedException if it is not
     */
    static @Nullable String check(byte @Nullable [] payload, @Nullable String field) {
        if (payload == null) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(payload)) {
            if (Utf8.faultIn(payload) >= 0) {
                throw new RejectedException("invalid UTF-8", "the payload is not valid UTF-8");
            }
            JsonNumbers.require(payload);
            String found = value(parser, field);
            if (parser.nextToken() != null) {
                throw new RejectedException("broken JSON", "more than one JSON value");
            }
            return found;
        } catch (IOException e) {
            throw new RejectedException("broken JSON", String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String value(JsonParser parser, @Nullable String field) throws IOException {
        if (parser.nextToken() == null) {
            throw new RejectedException("broken JSON", "no JSON value");
        }
        String found = null;
        int depth = 0;
        for (JsonToken token = parser.currentToken(); ; token = parser.nextToken()) {
            if (token == null) {
                throw new RejectedException("broken JSON", "the JSON value has no end");
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 1
                    && token == JsonToken.VALUE_STRING
                    && parser.currentName() != null
                    && parser.currentName().equals(field)) {
                found = parser.getText();
            }
            if (depth == 0) {
                return found;
            }
        }
    }

    /** The bytes of its line, without the line break at its end. */
    static byte[] line(byte @Nullable [] payload) {
        if (payload == null) {
            return NULL;
        }
        byte[] line = payload;
        for (int i = 0; i < line.length; i++) {
            if (line[i] == '\n' || line[i] == '\r') {
                line = line == payload ? payload.clone() : line;
                line[i] = ' ';
            }
        }
        return line;
    }
}
