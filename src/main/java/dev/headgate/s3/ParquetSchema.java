package dev.headgate.s3;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.ConfigurationException;
import dev.headgate.s3.ParquetObject.Property;
import dev.headgate.s3.ParquetScalar.Kind;
import dev.headgate.schema.SchemaFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads columns from a JSON Schema (draft 2020-12). What has one type has a column of that type; what may be of several
 * types, or is not described, has one with the text of its JSON, so that no value is lost.
 */
final class ParquetSchema {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final String NULL = "null";
    private static final String REF = "$ref";

    private final SchemaFile file;
    private final JsonNode root;

    private ParquetSchema(SchemaFile file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /**
     * The columns of the object that the schema describes.
     *
     * @throws ConfigurationException if it cannot be read, or has no columns; the message names the property
     */
    static ParquetObject read(SchemaFile file) {
        try {
            ParquetSchema schema = new ParquetSchema(file, JSON.readTree(file.content()));
            if (schema.column(schema.root, "$", Set.of()) instanceof ParquetObject object) {
                return object;
            }
            throw schema.complaint("$", "expected \"type\": \"object\" and \"properties\" at the root");
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The schema " + file.name() + " cannot be read as JSON: " + e.getMessage(), e);
        }
    }

    /** @param refs the references that led here */
    private ParquetColumn column(JsonNode schema, String place, Set<String> refs) {
        if (schema.has(REF)) {
            return column(resolve(schema, place, refs), place, plus(refs, schema));
        }
        Set<String> types = types(schema);
        types.remove(NULL);
        if (types.contains("number")) {
            types.remove("integer");
        }
        if (types.size() != 1) {
            return new ParquetScalar(Kind.JSON, place);
        }
        return switch (types.iterator().next()) {
            case "string" -> new ParquetScalar(text(schema.path("format").asText()), place);
            case "integer" -> new ParquetScalar(Kind.INTEGER, place);
            case "number" -> number(schema.path("multipleOf"), place);
            case "boolean" -> new ParquetScalar(Kind.BOOLEAN, place);
            case "array" ->
                schema.path("items").isObject() && !schema.has("prefixItems")
                        ? new ParquetList(column(schema.get("items"), place + "[]", refs), place)
                        : new ParquetScalar(Kind.JSON, place);
            case "object" ->
                schema.path("properties").isEmpty() ? new ParquetScalar(Kind.JSON, place) : object(schema, place, refs);
            default -> throw complaint(place, "unknown type in " + schema.get("type"));
        };
    }

    /** What is a multiple of 0.01 has two digits behind its point. */
    private ParquetColumn number(JsonNode multipleOf, String place) {
        int scale = multipleOf.isNumber()
                ? multipleOf.decimalValue().stripTrailingZeros().scale()
                : 0;
        if (scale > ParquetDecimal.DIGITS) {
            throw complaint(
                    place,
                    "multipleOf %s has %d digits behind its point, and a decimal has %d at most"
                            .formatted(multipleOf.asText(), scale, ParquetDecimal.DIGITS));
        }
        return scale > 0 ? new ParquetDecimal(scale, place) : new ParquetScalar(Kind.NUMBER, place);
    }

    private ParquetObject object(JsonNode schema, String place, Set<String> refs) {
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        boolean closed = schema.path("additionalProperties").isBoolean()
                && !schema.get("additionalProperties").booleanValue()
                && !schema.has("patternProperties");
        List<Property> properties = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : schema.get("properties").properties()) {
            String name = property.getKey();
            String inner = place + "." + name;
            if (name.equals(ParquetObject.REST) && !closed) {
                throw complaint(
                        inner,
                        "the name is that of the column for all other properties: rename it, or allow no"
                                + " others (\"additionalProperties\": false)");
            }
            ParquetColumn column = column(property.getValue(), inner, refs);
            properties.add(
                    new Property(name, column, required.contains(name) && !nullable(property.getValue(), inner, refs)));
        }
        return new ParquetObject(properties, closed, place);
    }

    private boolean nullable(JsonNode schema, String place, Set<String> refs) {
        if (schema.has(REF)) {
            return nullable(resolve(schema, place, refs), place, plus(refs, schema));
        }
        Set<String> types = types(schema);
        return types.isEmpty() || types.contains(NULL);
    }

    /** As it says, or as its values are; empty if anything may be there. */
    private static Set<String> types(JsonNode schema) {
        Set<String> types = new LinkedHashSet<>();
        JsonNode type = schema.path("type");
        if (type.isTextual()) {
            types.add(type.asText());
        }
        type.forEach(one -> types.add(one.asText()));
        if (types.isEmpty()) {
            schema.path("enum").forEach(value -> types.add(type(value)));
            if (schema.has("const")) {
                types.add(type(schema.get("const")));
            }
        }
        return types;
    }

    private static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            case OBJECT -> "object";
            default -> NULL;
        };
    }

    private static Kind text(String format) {
        return switch (format) {
            case "date-time" -> Kind.INSTANT;
            case "date" -> Kind.DATE;
            default -> Kind.TEXT;
        };
    }

    private JsonNode resolve(JsonNode schema, String place, Set<String> refs) {
        String ref = schema.get(REF).asText();
        if (refs.contains(ref)) {
            throw complaint(place, "$ref " + ref + " leads to itself, and columns have no end then");
        }
        JsonNode target = ref.equals("#") ? root : ref.startsWith("#/") ? root.at(ref.substring(1)) : null;
        if (target == null || target.isMissingNode()) {
            throw complaint(
                    place, "$ref " + ref + " is not found; expected one within the file, such as #/$defs/address");
        }
        return target;
    }

    private static Set<String> plus(Set<String> refs, JsonNode schema) {
        Set<String> more = new HashSet<>(refs);
        more.add(schema.get(REF).asText());
        return more;
    }

    private ConfigurationException complaint(String place, String why) {
        return new ConfigurationException(
                "The schema " + file.name() + " has no columns for Parquet at " + place + ": " + why + ".");
    }
}
