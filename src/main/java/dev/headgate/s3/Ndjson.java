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
import java.util.List;
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
     * @param fields of the object whose values are wanted
     * @return of each the text, as it is written if it is a number or a boolean; null where there is none
     * @throws RejectedException if it is not
     */
    static @Nullable String[] check(byte @Nullable [] payload, List<FieldPath> fields) {
        if (payload == null) {
            return new @Nullable String[fields.size()];
        }
        try (JsonParser parser = JSON.createParser(payload)) {
            if (Utf8.faultIn(payload) >= 0) {
                throw new RejectedException("invalid UTF-8", "the payload is not valid UTF-8");
            }
            JsonNumbers.require(payload);
            @Nullable String[] found = value(parser, fields);
            if (parser.nextToken() != null) {
                throw new RejectedException("broken JSON", "more than one JSON value");
            }
            return found;
        } catch (IOException e) {
            throw new RejectedException("broken JSON", String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String[] value(JsonParser parser, List<FieldPath> fields) throws IOException {
        if (parser.nextToken() == null) {
            throw new RejectedException("broken JSON", "no JSON value");
        }
        @Nullable String[] found = new @Nullable String[fields.size()];
        int depth = 0;
        for (JsonToken token = parser.currentToken(); ; token = parser.nextToken()) {
            if (token == null) {
                throw new RejectedException("broken JSON", "the JSON value has no end");
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth > 0 && token.isScalarValue()) {
                for (int i = 0; i < found.length; i++) {
                    if (fields.get(i).isAt(parser.getParsingContext())) {
                        found[i] = token == JsonToken.VALUE_NULL ? null : parser.getText();
                    }
                }
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
