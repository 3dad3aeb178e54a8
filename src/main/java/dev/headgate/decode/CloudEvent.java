package dev.headgate.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Headers;
import dev.headgate.message.JsonLimits;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * An event of CloudEvents 1.0 becomes a message: its data the body, its attributes the headers {@code ce_NAME}, as Kafka's
 * binding has them, whichever way they came, and its source and id together the header {@code message-id}: an id alone is one
 * of its source.
 */
final class CloudEvent {

    private static final String PREFIX = "ce_";
    private static final String VERSION = "specversion";
    private static final String MEDIA_TYPE = "application/cloudevents";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+");
    private static final Pattern JSON_TYPE = Pattern.compile("[^;]*[/+]json\\s*(;.*)?");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, String> attributes = new LinkedHashMap<>();
    private byte @Nullable [] data;
    private @Nullable String text;
    private boolean base64;

    private CloudEvent() {}

    /**
     * Puts the attributes of an event into the headers of its message.
     *
     * @param limit of its data
     * @return its data, null if it has none
     * @throws RejectedException if it is no event, or too large
     */
    static byte @Nullable [] open(Message message, byte @Nullable [] body, MessageLimit limit) {
        String type = header(message, Headers.CONTENT_TYPE).toLowerCase(Locale.ROOT);
        boolean structured = type.startsWith(MEDIA_TYPE);
        if (structured && !type.matches(MEDIA_TYPE + "\\+json\\s*(;.*)?")) {
            throw broken("the media type %s: events come one a message, as %s+json or with their attributes as headers"
                    .formatted(type, MEDIA_TYPE));
        }
        // Where a source has no media types, the body says it.
        if (structured || message.getHeader(PREFIX + VERSION) == null) {
            CloudEvent event = read(body);
            event.attributes.forEach((name, value) -> message.setHeader(PREFIX + name, value));
            String ofData = event.attributes.get("datacontenttype");
            message.setHeader(Headers.CONTENT_TYPE, ofData == null ? "application/json" : ofData);
            identify(message);
            return event.content(limit);
        }
        identify(message);
        return body;
    }

    private static void identify(Message message) {
        String version = required(message, VERSION);
        if (!version.startsWith("1.")) {
            throw broken("%s %s, where 1.0 is known".formatted(VERSION, version));
        }
        required(message, "type");
        String source = required(message, "source");
        if (source.indexOf(' ') >= 0) {
            throw broken("a source that is no URI: " + source);
        }
        message.setHeader(Headers.MESSAGE_ID, source + " " + required(message, "id"));
    }

    private static String required(Message message, String attribute) {
        String value = header(message, PREFIX + attribute);
        if (value.isEmpty()) {
            throw broken("no attribute " + attribute);
        }
        return value;
    }

    private static String header(Message message, String name) {
        Object value = message.getHeader(name);
        return value == null ? "" : Headers.text(value);
    }

    private static CloudEvent read(byte @Nullable [] body) {
        if (body == null || Utf8.faultIn(body) >= 0) {
            throw broken("no JSON, and no headers " + PREFIX + VERSION);
        }
        CloudEvent event = new CloudEvent();
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw broken("no JSON object, and no headers " + PREFIX + VERSION);
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                event.readField(name, json, body);
            }
            if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
                throw broken("more than one JSON object");
            }
            return event;
        } catch (StreamConstraintsException e) {
            throw JsonLimits.exceeded(e);
        } catch (JsonProcessingException e) {
            throw broken(e.getOriginalMessage());
        } catch (IOException e) {
            throw broken(String.valueOf(e.getMessage()));
        }
    }

    private void readField(String name, JsonParser json, byte[] body) throws IOException {
        JsonToken token = json.nextToken();
        boolean encoded = name.equals("data_base64");
        if (encoded || name.equals("data")) {
            if (token != JsonToken.VALUE_NULL) {
                if (data != null || text != null || (encoded && token != JsonToken.VALUE_STRING)) {
                    throw broken("data and data_base64, or the latter as no text");
                }
                readData(json, body);
                base64 = encoded;
            }
        } else if (!NAME.matcher(name).matches() || token.isStructStart()) {
            throw broken("an attribute \"%s\" that is no attribute".formatted(name));
        } else if (token != JsonToken.VALUE_NULL) {
            attributes.put(name, Headers.storable(json.getText()));
        }
    }

    /** As it is written: no digit is lost, and nothing is written again. */
    private void readData(JsonParser json, byte[] body) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            text = json.getText();
        } else if (json.currentToken().isStructStart()) {
            int from = (int) json.currentTokenLocation().getByteOffset();
            json.skipChildren();
            data = Arrays.copyOfRange(body, from, (int) json.currentLocation().getByteOffset());
        } else {
            data = json.getText().getBytes(StandardCharsets.UTF_8);
        }
    }

    private byte @Nullable [] content(MessageLimit limit) {
        if (text == null) {
            return data;
        }
        if (base64) {
            try {
                return Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                throw broken("data_base64 that is no Base64");
            }
        }
        String type = attributes.get("datacontenttype");
        return type == null || JSON_TYPE.matcher(type).matches()
                ? JsonText.written(text.length() + 2, limit, json -> json.writeString(text))
                : text.getBytes(StandardCharsets.UTF_8);
    }

    private static RejectedException broken(String found) {
        return new RejectedException("broken CloudEvent", "expected an event of CloudEvents 1.0, found " + found);
    }
}
