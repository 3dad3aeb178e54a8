package dev.headgate.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.message.JsonLimits;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells of most messages that they are valid, token by token, without a tree and without a validator's paths and results,
 * which cost several times as much.
 *
 * <p>It never says yes where {@link JsonSchemaValidator}'s full validation would say no; where it does not, that one has to
 * be asked. So it leaves alone whatever is rare or could be read in two ways: long texts, deep ones, a number such as 1.0
 * where an integer is asked for, and schemas with other keywords than {@link #read} knows. Thread-safe.
 */
final class StreamCheck {

    private static final Set<String> ANNOTATIONS =
            Set.of("$schema", "$comment", "title", "description", "examples", "default", "deprecated");

    /** In so few bytes no limit of the parser can be exceeded that it does not look at itself, and this one not either. */
    private static final int LONGEST = 64 * 1024;

    private static final int LONGEST_NUMBER = 100;
    private static final int DEEPEST = 32;
    /** Of more names that the schema does not know it costs too much to find two that are equal. */
    private static final int MOST_OTHERS = 16;

    private static final JsonFactory JSON = JsonLimits.factory();
    private static final Place ANYTHING = new Place();

    private final Place root;

    private StreamCheck(Place root) {
        this.root = root;
    }

    /** Null if the schema has keywords that it does not understand. */
    static @Nullable StreamCheck of(JsonNode schema) {
        Place root = place(schema);
        return root == null ? null : new StreamCheck(root);
    }

    /** Whether a text in UTF-8, whose exponents are those that {@link dev.headgate.message.JsonNumbers} allows, is valid for certain. */
    boolean isValid(byte[] json) {
        if (json.length > LONGEST) {
            return false;
        }
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            return fits(parser, root, 0) && parser.nextToken() == null;
        } catch (IOException | RuntimeException e) {
            // Why, the full validation says.
            return false;
        }
    }

    /** What the schema says of the values at one place. */
    private static final class Place {
        private Set<JsonToken> types = Set.of();
        private final Map<String, Property> properties = new HashMap<>();
        private long required;
        private boolean closed;
        private @Nullable Place items;
        private int minItems;
        private int maxItems = Integer.MAX_VALUE;
        private int minLength;
        private int maxLength = Integer.MAX_VALUE;
        private boolean anyLength = true;
        private @Nullable BigDecimal minimum;
        private @Nullable BigDecimal maximum;
        private @Nullable Set<String> texts;
    }

    /** @param bit of its own among those of its object */
    private record Property(long bit, Place place) {}

    private static @Nullable Place place(JsonNode schema) {
        if (!schema.isObject()) {
            return null;
        }
        Place place = new Place();
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            if (!ANNOTATIONS.contains(keyword.getKey()) && !read(keyword.getKey(), keyword.getValue(), place)) {
                return null;
            }
        }
        JsonNode required = schema.path("required");
        for (JsonNode name : required) {
            Property property = place.properties.get(name.asText());
            if (property == null) {
                return null;
            }
            place.required |= property.bit;
        }
        return place;
    }

    private static boolean read(String keyword, JsonNode value, Place place) {
        switch (keyword) {
            case "type" -> {
                Set<JsonToken> types = types(value);
                place.types = types;
                return !types.isEmpty();
            }
            case "properties" -> {
                for (Map.Entry<String, JsonNode> property : value.properties()) {
                    Place inner = place(property.getValue());
                    if (inner == null || place.properties.size() == Long.SIZE) {
                        return false;
                    }
                    place.properties.put(property.getKey(), new Property(1L << place.properties.size(), inner));
                }
                return value.isObject();
            }
            case "required" -> {
                // Read when all properties are known.
                return value.isArray();
            }
            case "additionalProperties" -> {
                place.closed = !value.asBoolean();
                return value.isBoolean();
            }
            case "items" -> {
                place.items = place(value);
                return place.items != null;
            }
            case "minItems" -> {
                place.minItems = value.intValue();
                return value.isInt();
            }
            case "maxItems" -> {
                place.maxItems = value.intValue();
                return value.isInt();
            }
            case "minLength" -> {
                place.minLength = value.intValue();
                place.anyLength = false;
                return value.isInt();
            }
            case "maxLength" -> {
                place.maxLength = value.intValue();
                place.anyLength = false;
                return value.isInt();
            }
            case "minimum" -> {
                place.minimum = value.decimalValue();
                return value.isNumber();
            }
            case "maximum" -> {
                place.maximum = value.decimalValue();
                return value.isNumber();
            }
            case "enum" -> {
                Set<String> texts = new HashSet<>();
                for (JsonNode text : value) {
                    if (!text.isTextual()) {
                        return false;
                    }
                    texts.add(text.textValue());
                }
                place.texts = texts;
                return value.isArray();
            }
            default -> {
                return false;
            }
        }
    }

    /** Empty if one of them is unknown. */
    private static Set<JsonToken> types(JsonNode value) {
        Set<JsonToken> types = new HashSet<>();
        for (JsonNode type : value.isArray() ? value : List.of(value)) {
            switch (type.asText()) {
                case "object" -> types.add(JsonToken.START_OBJECT);
                case "array" -> types.add(JsonToken.START_ARRAY);
                case "string" -> types.add(JsonToken.VALUE_STRING);
                case "integer" -> types.add(JsonToken.VALUE_NUMBER_INT);
                case "number" -> {
                    types.add(JsonToken.VALUE_NUMBER_INT);
                    types.add(JsonToken.VALUE_NUMBER_FLOAT);
                }
                case "boolean" -> {
                    types.add(JsonToken.VALUE_TRUE);
                    types.add(JsonToken.VALUE_FALSE);
                }
                case "null" -> types.add(JsonToken.VALUE_NULL);
                default -> {
                    return Set.of();
                }
            }
        }
        return types;
    }

    /** Reads the value that has begun, to its end. */
    private static boolean fits(JsonParser parser, Place place, int depth) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null || depth > DEEPEST || !(place.types.isEmpty() || place.types.contains(token))) {
            return false;
        }
        if (place.texts != null && token != JsonToken.VALUE_STRING) {
            return false;
        }
        return switch (token) {
            case START_OBJECT -> objectFits(parser, place, depth);
            case START_ARRAY -> arrayFits(parser, place, depth);
            case VALUE_STRING -> textFits(parser, place);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numberFits(parser, place);
            case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> true;
            default -> false;
        };
    }

    private static boolean objectFits(JsonParser parser, Place place, int depth) throws IOException {
        long seen = 0;
        List<String> others = null;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            Property property = place.properties.get(name);
            if (property == null) {
                others = others == null ? new ArrayList<>() : others;
                if (place.closed || others.size() == MOST_OTHERS || others.contains(name)) {
                    return false;
                }
                others.add(name);
            } else {
                if ((seen & property.bit) != 0) {
                    return false;
                }
                seen |= property.bit;
            }
            parser.nextToken();
            if (!fits(parser, property == null ? ANYTHING : property.place, depth + 1)) {
                return false;
            }
        }
        return parser.currentToken() == JsonToken.END_OBJECT && (seen & place.required) == place.required;
    }

    private static boolean arrayFits(JsonParser parser, Place place, int depth) throws IOException {
        Place items = place.items == null ? ANYTHING : place.items;
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (++count > place.maxItems || !fits(parser, items, depth + 1)) {
                return false;
            }
        }
        return count >= place.minItems;
    }

    /** Lengths are those of code points, of which a text has at least half as many as characters. */
    private static boolean textFits(JsonParser parser, Place place) throws IOException {
        if (place.texts != null && !place.texts.contains(parser.getText())) {
            return false;
        }
        if (place.anyLength) {
            return true;
        }
        int length = parser.getTextLength();
        if (length <= place.maxLength && length / 2 >= place.minLength) {
            return true;
        }
        String text = parser.getText();
        int points = text.codePointCount(0, text.length());
        return points <= place.maxLength && points >= place.minLength;
    }

    private static boolean numberFits(JsonParser parser, Place place) throws IOException {
        if (parser.getTextLength() > LONGEST_NUMBER) {
            return false;
        }
        return (place.minimum == null || parser.getDecimalValue().compareTo(place.minimum) >= 0)
                && (place.maximum == null || parser.getDecimalValue().compareTo(place.maximum) <= 0);
    }
}
