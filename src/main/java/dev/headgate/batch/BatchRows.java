package dev.headgate.batch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Headers;
import dev.headgate.message.Message;
import dev.headgate.message.StoredText;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages as rows of the relation {@code batch}, in the text format of Postgres' {@code COPY}. Their JSON is read here, once:
 * the server gets values. Not thread-safe.
 */
final class BatchRows {

    /** How a column takes a value of JSON. */
    enum Kind {
        /** Texts without their quotes, everything else as it is written. */
        TEXT,
        /** As it is written. */
        JSON,
        /** An array becomes one of Postgres. */
        ARRAY
    }

    /** What is long is for the database to refuse, which knows its own limits; it reads nothing nested as deeply as this. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(5_000)
                    .build())
            .build();

    private static final byte[] NULL = "\\N".getBytes(US_ASCII);

    private final String batch;
    private final List<BatchColumns.Column> columns;
    private final List<Kind> kinds;
    private final Map<String, Integer> properties = new HashMap<>();
    private final @Nullable String[] texts;
    private final int[] starts;
    private final int[] ends;
    private byte[] out = new byte[64 * 1024];
    private int size;

    /** @param kinds of the columns, in their order */
    BatchRows(String batch, List<BatchColumns.Column> columns, List<Kind> kinds) {
        this.batch = batch;
        this.columns = columns;
        this.kinds = kinds;
        this.texts = new String[columns.size()];
        this.starts = new int[columns.size()];
        this.ends = new int[columns.size()];
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).isHeader()) {
                properties.put(columns.get(i).name(), i);
            }
        }
    }

    /** How many bytes {@link #bytes} has. */
    int size() {
        return size;
    }

    /** The rows since {@link #clear}. */
    byte[] bytes() {
        return out;
    }

    void clear() {
        size = 0;
    }

    /**
     * Adds the row of a message.
     *
     * @param number of the message in its batch, from one
     * @throws RejectedException if its payload is no JSON object
     */
    void add(Message message, int number) {
        byte[] payload = message.payload();
        read(payload);
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).isHeader()) {
                Object value = message.exchange()
                        .getMessage()
                        .getHeader(columns.get(i).name());
                value(value == null ? null : Headers.text(value));
            } else if (payload != null && ends[i] > 0) {
                slice(payload, starts[i], ends[i]);
            } else {
                value(texts[i]);
            }
            put((byte) '\t');
        }
        value(Integer.toString(number));
        put((byte) '\t');
        value(message.idempotencyKey());
        put((byte) '\t');
        value(message.orderingKey() == null ? null : StoredText.of(message.orderingKey()));
        put((byte) '\t');
        value(message.source());
        put((byte) '\t');
        value(message.isTraced() ? JsonArrays.trace(message) : null);
        put((byte) '\t');
        value(batch);
        put((byte) '\n');
    }

    /** Finds the values of the columns. */
    private void read(byte @Nullable [] payload) {
        Arrays.fill(texts, null);
        Arrays.fill(ends, 0);
        if (payload == null || properties.isEmpty()) {
            return;
        }
        JsonElement.require(payload);
        // Else Jackson would take it for UTF-16 or UTF-32.
        if (payload[0] <= 0 || (payload.length > 1 && payload[1] == 0)) {
            throw new RejectedException("broken JSON", "not one JSON value, seen at byte 0");
        }
        try (JsonParser parser = JSON.createParser(payload)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    JsonToken token = parser.nextToken();
                    Integer column = properties.get(name);
                    if (column == null) {
                        parser.skipChildren();
                    } else {
                        read(parser, token, column);
                    }
                }
            } else if (first != JsonToken.VALUE_NULL) {
                throw new RejectedException(
                        "no JSON object",
                        "expected a JSON object, whose properties are the columns of batch, found " + first);
            }
            if (parser.nextToken() != null) {
                throw new RejectedException("broken JSON", "more than one JSON value");
            }
        } catch (JsonProcessingException e) {
            throw new RejectedException("broken JSON", e.getOriginalMessage() + ", " + place(e));
        } catch (IOException e) {
            throw new RejectedException("broken JSON", String.valueOf(e.getMessage()));
        }
    }

    private static String place(JsonProcessingException e) {
        return e.getLocation() == null
                ? "at its end"
                : "seen at byte " + e.getLocation().getByteOffset();
    }

    /** Of properties with one name the last counts. */
    private void read(JsonParser parser, JsonToken token, int column) throws IOException {
        texts[column] = null;
        ends[column] = 0;
        Kind kind = kinds.get(column);
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token == JsonToken.START_ARRAY && kind == Kind.ARRAY) {
            StringBuilder array = new StringBuilder();
            array(parser, array);
            texts[column] = array.toString();
        } else if (token.isStructStart() || (token == JsonToken.VALUE_STRING && kind == Kind.JSON)) {
            starts[column] = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            parser.finishToken();
            ends[column] = (int) parser.currentLocation().getByteOffset();
        } else {
            texts[column] = parser.getText();
        }
    }

    /** The array that the parser is at the beginning of, as Postgres writes it. */
    private static void array(JsonParser parser, StringBuilder array) throws IOException {
        char separator = '{';
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            array.append(separator);
            separator = ',';
            if (token == JsonToken.START_ARRAY) {
                array(parser, array);
            } else if (token == JsonToken.VALUE_NULL) {
                array.append("NULL");
            } else {
                String text = token == JsonToken.START_OBJECT ? written(parser) : parser.getText();
                array.append('"')
                        .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            }
        }
        array.append(separator == '{' ? "{}" : "}");
    }

    private static String written(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.copyCurrentStructure(parser);
        }
        return text.toString();
    }

    private void value(@Nullable String text) {
        if (text == null) {
            room(NULL.length);
            System.arraycopy(NULL, 0, out, size, NULL.length);
            size += NULL.length;
            return;
        }
        // A character is at most three bytes, or two of them four.
        room(text.length() * 3);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (c == 0) {
                    throw new RejectedException(
                            "NUL in a text", "a text has the character NUL, which Postgres cannot store");
                }
                ascii((byte) c);
            } else if (c < 0x800) {
                out[size++] = (byte) (0xC0 | (c >> 6));
                out[size++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                out[size++] = (byte) (0xE0 | (c >> 12));
                out[size++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                out[size++] = (byte) (0x80 | (c & 0x3F));
            } else {
                int point = text.codePointAt(i++);
                if (point <= 0xFFFF || Character.isLowSurrogate(c)) {
                    throw new RejectedException("broken JSON", "a text has half of a surrogate pair of Unicode");
                }
                out[size++] = (byte) (0xF0 | (point >> 18));
                out[size++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                out[size++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                out[size++] = (byte) (0x80 | (point & 0x3F));
            }
        }
    }

    private void slice(byte[] bytes, int start, int end) {
        room(2 * (end - start));
        for (int i = start; i < end; i++) {
            ascii(bytes[i]);
        }
    }

    /** Writes a byte, as two where COPY gives it a meaning. */
    private void ascii(byte c) {
        switch (c) {
            case '\\' -> escaped('\\');
            case '\t' -> escaped('t');
            case '\n' -> escaped('n');
            case '\r' -> escaped('r');
            default -> out[size++] = c;
        }
    }

    private void escaped(char letter) {
        out[size++] = '\\';
        out[size++] = (byte) letter;
    }

    private void put(byte c) {
        room(1);
        out[size++] = c;
    }

    private void room(int bytes) {
        if (out.length - size < bytes) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + bytes));
        }
    }
}
