package dev.headgate.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.headgate.ConfigurationException;
import dev.headgate.Finding;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.JsonLimits;
import dev.headgate.message.JsonNumbers;
import dev.headgate.message.Utf8;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses every message whose body is not JSON as its schema (draft 2020-12) describes it.
 *
 * <p>Thread-safe. The body is not changed.
 */
public final class JsonSchemaValidator {

    private static final ObjectReader JSON = JsonMapper.builder(JsonLimits.factory())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(JsonNode.class);

    // One fault is reason enough; a message may hold millions, and listing them would take all memory.
    private static final SchemaValidatorsConfig FIRST_FAULT = SchemaValidatorsConfig.builder()
            .failFast(true)
            .pathType(PathType.LEGACY)
            .build();

    private final JsonSchema schema;
    private final @Nullable StreamCheck stream;

    /** @throws ConfigurationException if the file holds no JSON Schema */
    public JsonSchemaValidator(SchemaFile file) {
        Finding.require(SchemaFaults.of(file));
        try {
            JsonNode source = JSON.readValue(file.content());
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(source, FIRST_FAULT);
            schema.initializeValidators();
            stream = StreamCheck.of(source);
        } catch (IOException | RuntimeException e) {
            throw new ConfigurationException(
                    "The JSON Schema %s is broken (%s): correct the file.".formatted(file.name(), reason(e)), e);
        }
    }

    private static String reason(Exception e) {
        return e instanceof JsonProcessingException json
                ? json.getOriginalMessage() + " at line " + json.getLocation().getLineNr()
                : String.valueOf(e.getMessage());
    }

    /** Returns if the bytes are valid, else throws a {@link RejectedException} that says where they are not. */
    public void validate(byte @Nullable [] body) {
        if (body == null || body.length == 0) {
            throw new RejectedException("no body", "the message has no body");
        }
        requireUtf8(body);
        JsonNumbers.require(body);
        if (stream != null && stream.isValid(body)) {
            return;
        }
        Set<ValidationMessage> faults = faults(parse(body));
        if (!faults.isEmpty()) {
            ValidationMessage first = faults.iterator().next();
            throw new RejectedException("schema: " + place(first) + " " + first.getType(), faults.toString());
        }
    }

    private Set<ValidationMessage> faults(JsonNode document) {
        try {
            return schema.validate(document);
        } catch (StackOverflowError e) {
            throw new RejectedException("nested too deeply", "the schema cannot be applied to so many levels");
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readValue(body);
        } catch (StreamConstraintsException e) {
            throw JsonLimits.exceeded(e);
        } catch (JsonProcessingException e) {
            throw new RejectedException("broken JSON", e.getOriginalMessage() + " at " + position(e));
        } catch (IOException | NumberFormatException e) {
            throw new RejectedException("broken JSON", String.valueOf(e.getMessage()));
        }
    }

    /** The parser itself would also take UTF-16 and UTF-32, and a byte order mark, which Postgres does not. */
    private static void requireUtf8(byte[] body) {
        boolean ascii = true;
        int nul = -1;
        for (int i = 0; i < body.length; i++) {
            ascii &= body[i] >= 0;
            nul = body[i] == 0 ? i : nul;
        }
        int fault = ascii ? -1 : Utf8.faultIn(body);
        if (fault >= 0) {
            throw new RejectedException("invalid UTF-8", "byte " + fault + " is not valid UTF-8");
        }
        if (nul >= 0) {
            throw new RejectedException("NUL byte", "byte " + nul + " is 0: this is no JSON in UTF-8");
        }
        if (body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF) {
            throw new RejectedException("byte order mark", "JSON must start without a byte order mark");
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
