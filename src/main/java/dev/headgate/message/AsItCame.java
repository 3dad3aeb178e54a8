package dev.headgate.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;

/**
 * Key and headers of a message as its source gave them, byte by byte: headers in their order, of one name as often as there
 * were, without a value where there was none. Not to be changed.
 *
 * <p>The headers of an exchange hold the same of nearly all messages. With the others goes one of these, as the header
 * {@link #HEADER}, which no source can bring.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record AsItCame(byte @Nullable [] key, List<Header> headers) {

    /** The header of an exchange's message that holds one, where the others do not say all. */
    public static final String HEADER = "CamelHeadgateAsItCame";

    private static final JsonFactory JSON = new JsonFactory();

    /** One header; without a value it is null. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Header(String name, byte @Nullable [] value) {}

    /** What is known of the message. */
    public static AsItCame of(Message message) {
        if (message.getHeader(HEADER) instanceof AsItCame kept) {
            return kept;
        }
        List<Header> headers = new ArrayList<>();
        message.getHeaders().forEach((name, value) -> {
            if (Headers.isOwn(name)) {
                headers.add(new Header(name, bytes(value)));
            }
        });
        return new AsItCame(bytes(message.getHeader(KafkaConstants.KEY)), headers);
    }

    /** Takes the last header of this name off. */
    AsItCame withoutLast(String name) {
        List<Header> others = new ArrayList<>(headers);
        for (int i = others.size() - 1; i >= 0; i--) {
            if (others.get(i).name.equals(name)) {
                others.remove(i);
                break;
            }
        }
        return new AsItCame(key, others);
    }

    /**
     * The headers as the text of one JSON object, for a column of the type {@code json}, which keeps what it gets: in order,
     * of one name as often as there are, names and values as {@link StoredText}, null where there is no value. {@code ->>}
     * finds the last one of a name.
     */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Header header : headers) {
                json.writeFieldName(StoredText.of(header.name));
                if (header.value == null) {
                    json.writeNull();
                } else {
                    json.writeString(StoredText.of(header.value));
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** The headers that {@link #json} wrote. */
    public static List<Header> parse(String json) {
        List<Header> headers = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalStateException("the column headers holds no JSON object: correct the row");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = new String(StoredText.bytes(parser.currentName()), StandardCharsets.UTF_8);
                JsonToken value = parser.nextToken();
                if (!value.isScalarValue()) {
                    throw new IllegalStateException("the column headers holds more than texts: correct the row");
                }
                headers.add(
                        new Header(name, value == JsonToken.VALUE_NULL ? null : StoredText.bytes(parser.getText())));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the column headers cannot be read as JSON: correct the row", e);
        }
        return headers;
    }

    /** The bytes in memory, about. */
    long size() {
        long size = key == null ? 0 : key.length;
        for (Header header : headers) {
            size += MessageSize.ENTRY + header.name.length() + (header.value == null ? 0 : header.value.length);
        }
        return size;
    }

    private static byte @Nullable [] bytes(@Nullable Object value) {
        if (value == null || value instanceof byte[]) {
            return (byte[]) value;
        }
        return String.valueOf(value).getBytes(StandardCharsets.UTF_8);
    }
}
