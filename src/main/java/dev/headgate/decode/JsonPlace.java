package dev.headgate.decode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.JsonLimits;
import dev.headgate.message.JsonNumbers;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a value stands in the JSON that is to be encoded.
 *
 * @param around null for the whole
 * @param name of the field
 * @param index within an array; -1 for a field
 */
record JsonPlace(@Nullable JsonPlace around, String name, int index) {

    private static final int LONGEST_SHOWN = 100;
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    private static final ObjectReader JSON = JsonMapper.builder(JsonLimits.factory())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(JsonNode.class);

    static final JsonPlace ROOT = new JsonPlace(null, "$", -1);

    /** @throws RejectedException if it is no JSON, or more than becomes a tree */
    static JsonNode parse(byte[] json) {
        JsonNumbers.require(json);
        try {
            return JSON.readValue(json);
        } catch (StreamConstraintsException e) {
            throw JsonLimits.exceeded(e);
        } catch (JsonProcessingException e) {
            throw new RejectedException("broken JSON", e.getOriginalMessage());
        } catch (IOException | NumberFormatException e) {
            throw new RejectedException("broken JSON", String.valueOf(e.getMessage()));
        }
    }

    JsonPlace field(String name) {
        return new JsonPlace(this, name, -1);
    }

    JsonPlace element(int index) {
        return new JsonPlace(this, "", index);
    }

    /** The reason to refuse the message: the same for all that are at fault in the same field. */
    RejectedException misfit(String expected, @Nullable JsonNode found) {
        String shown = found == null ? "nothing" : found.toString();
        return new RejectedException(
                "schema: " + path(false),
                "%s: expected %s, found %s"
                        .formatted(
                                path(true),
                                expected,
                                shown.length() <= LONGEST_SHOWN ? shown : shown.substring(0, LONGEST_SHOWN) + "…"));
    }

    /** @throws RejectedException if the value is not what is expected here */
    void require(boolean fits, String expected, JsonNode value) {
        if (!fits) {
            throw misfit(expected, value);
        }
    }

    static boolean isNotFinite(JsonNode value) {
        return value.isTextual() && NOT_FINITE.contains(value.textValue());
    }

    /** @throws RejectedException if it is no number, or one beyond that of either sign */
    double floating(JsonNode value, double highest) {
        if (isNotFinite(value)) {
            return Double.parseDouble(value.textValue());
        }
        require(value.isNumber() && Math.abs(value.doubleValue()) <= highest, "a number", value);
        return value.doubleValue();
    }

    /** @throws RejectedException if it is none */
    JsonNode number(String text) {
        try {
            return DecimalNode.valueOf(new BigDecimal(text));
        } catch (NumberFormatException e) {
            throw misfit("a number as its name", TextNode.valueOf(text));
        }
    }

    /** @throws RejectedException if it is not what Postgres writes of bytes */
    byte[] bytes(JsonNode value) {
        try {
            if (value.isTextual() && value.textValue().startsWith("\\x")) {
                return HexFormat.of()
                        .parseHex(value.textValue(), 2, value.textValue().length());
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw misfit("bytes as \\x and hexadecimal digits", value);
    }

    private String path(boolean indexes) {
        if (around == null) {
            return name;
        }
        return around.path(indexes) + (index < 0 ? "." + name : indexes ? "[" + index + "]" : "[]");
    }
}
