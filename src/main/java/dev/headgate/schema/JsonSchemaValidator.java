package dev.headgate.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.headgate.HeadgateException;
import dev.headgate.batch.RejectedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * A step that refuses every message whose body is not JSON as its schema (draft 2020-12) describes it.
 *
 * <p>Thread-safe. The body is not changed.
 */
public final class JsonSchemaValidator implements Processor {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(JsonNode.class);

    private final JsonSchema schema;

    /**
     * @param file the path of the schema
     */
    public JsonSchemaValidator(String file) {
        try {
            JsonNode source = JSON.readValue(Files.readAllBytes(Path.of(file)));
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(source);
            schema.initializeValidators();
        } catch (IOException | RuntimeException e) {
            throw new HeadgateException("The JSON Schema " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void process(Exchange exchange) {
        validate(exchange.getMessage().getBody(byte[].class));
    }

    /** Returns if the bytes are valid, else throws a {@link RejectedException} that says where they are not. */
    public void validate(byte @Nullable [] body) {
        if (body == null || body.length == 0) {
            throw new RejectedException("no body", "the message has no body");
        }
        Set<ValidationMessage> faults = schema.validate(parse(body));
        if (!faults.isEmpty()) {
            ValidationMessage first = faults.iterator().next();
            throw new RejectedException("schema: " + place(first) + " " + first.getType(), faults.toString());
        }
    }

    private static JsonNode parse(byte[] body) {
        requireUtf8(body);
        try {
            return JSON.readValue(body);
        } catch (JsonProcessingException e) {
            throw new RejectedException("broken JSON", e.getOriginalMessage() + " at " + position(e));
        } catch (IOException e) {
            throw new RejectedException("broken JSON", String.valueOf(e.getMessage()));
        }
    }

    private static void requireUtf8(byte[] body) {
        for (byte value : body) {
            if (value < 0) {
                decode(body);
                return;
            }
        }
    }

    private static void decode(byte[] body) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            throw new RejectedException("invalid UTF-8", String.valueOf(e.getMessage()));
        }
    }

    /** Without array indexes, so that equal faults have equal reasons. */
    private static String place(ValidationMessage fault) {
        String place = fault.getInstanceLocation().toString();
        return place.isEmpty() ? "$" : place.replaceAll("\\[\\d+]|/\\d+", "[]");
    }

    private static String position(JsonProcessingException e) {
        return e.getLocation() == null
                ? "unknown position"
                : "byte " + e.getLocation().getByteOffset();
    }
}
