package dev.headgate.schema;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.serialization.JsonNodeReader;
import com.networknt.schema.utils.JsonNodes;
import dev.headgate.Finding;
import dev.headgate.Nearest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a JSON Schema: by the schema of schemas, and by its own words, of which a validator passes over those
 * that it does not know. A property that is misspelt would let everything pass, or nothing.
 */
public final class SchemaFaults {

    private static final Set<String> TYPES =
            Set.of("array", "boolean", "integer", "null", "number", "object", "string");

    /** Words under which each value is a schema under a name. */
    private static final Set<String> NAMED =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");

    private static final Set<String> NESTED = Set.of(
            "additionalProperties",
            "allOf",
            "anyOf",
            "contains",
            "else",
            "if",
            "items",
            "not",
            "oneOf",
            "prefixItems",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties");

    /** Of older drafts and of OpenAPI. */
    private static final Set<String> OTHERS =
            Set.of("id", "definitions", "dependencies", "example", "discriminator", "externalDocs", "xml", "nullable");

    private static final int SHORTEST = 5;

    private final SchemaFile file;
    private final List<Finding> found = new ArrayList<>();
    private final Set<String> words = new TreeSet<>(OTHERS);

    private SchemaFaults(SchemaFile file) {
        this.file = file;
        words.addAll(JsonMetaSchema.getV202012().getKeywords().keySet());
        words.addAll(NAMED);
        words.addAll(NESTED);
    }

    /** Looks at one file; all that is found, with line and column. */
    public static List<Finding> of(SchemaFile file) {
        SchemaFaults faults = new SchemaFaults(file);
        JsonNode schema = faults.read();
        if (schema != null) {
            faults.compare(schema);
            faults.look(schema);
        }
        return faults.found;
    }

    private @Nullable JsonNode read() {
        try {
            return JsonNodeReader.builder()
                    .locationAware()
                    .build()
                    .readTree(new String(file.content(), StandardCharsets.UTF_8), InputFormat.JSON);
        } catch (IOException | RuntimeException e) {
            JsonProcessingException json = e.getCause() instanceof JsonProcessingException parsing ? parsing : null;
            JsonLocation at = json == null ? null : json.getLocation();
            found.add(Finding.error(
                    file.name(),
                    at == null ? 0 : at.getLineNr(),
                    at == null ? 0 : at.getColumnNr(),
                    "the JSON Schema is no JSON (%s)"
                            .formatted(json == null ? e.getMessage() : json.getOriginalMessage()),
                    "correct the file."));
            return null;
        }
    }

    /** By the schema of schemas. Of a place that fits none of several forms, once. */
    private void compare(JsonNode schema) {
        VersionFlag version =
                VersionFlag.fromId(schema.path("$schema").asText()).orElse(VersionFlag.V202012);
        JsonSchema all = JsonSchemaFactory.getInstance(version)
                .getSchema(
                        SchemaLocation.of(version.getId()),
                        SchemaValidatorsConfig.builder()
                                .pathType(PathType.LEGACY)
                                .build());
        Map<String, ValidationMessage> places = new LinkedHashMap<>();
        for (ValidationMessage fault : all.validate(schema)) {
            String place = fault.getInstanceLocation().toString();
            places.merge(place, fault, (first, other) -> first.getType().equals("enum") ? first : other);
        }
        places.forEach((place, fault) -> {
            JsonNode at = fault.getInstanceNode();
            String word = place.replaceFirst("^.*\\.", "");
            boolean type = word.equals("type") && at != null && at.isTextual();
            add(
                    at,
                    "%s is %s"
                            .formatted(
                                    place.replaceFirst("^\\$\\.", ""),
                                    at == null ? "missing" : shortened(at.toString())),
                    type
                            ? Nearest.to(at.asText(), TYPES)
                                            .map(near -> "did you mean \"" + near + "\"? ")
                                            .orElse("")
                                    + "Expected is one of " + String.join(", ", new TreeSet<>(TYPES)) + "."
                            : fault.getMessage().replaceFirst("^[^:]*: ", "") + ".");
        });
    }

    private void look(JsonNode schema) {
        if (schema.isArray()) {
            schema.forEach(this::look);
        }
        for (Map.Entry<String, JsonNode> entry : schema.properties()) {
            String word = entry.getKey();
            if (NAMED.contains(word)) {
                entry.getValue().forEach(this::look);
            } else if (NESTED.contains(word)) {
                look(entry.getValue());
            } else if (!words.contains(word) && word.length() >= SHORTEST) {
                Nearest.within(2, word, words)
                        .ifPresent(near -> add(
                                entry.getValue(),
                                "JSON Schema has no word \"%s\", and what it says would not count".formatted(word),
                                "did you mean \"%s\"?".formatted(near)));
            }
        }
        undescribed(schema);
    }

    private void undescribed(JsonNode schema) {
        JsonNode properties = schema.path("properties");
        if (!properties.isObject() || schema.has("$ref") || schema.has("allOf")) {
            return;
        }
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        for (JsonNode required : schema.path("required")) {
            if (required.isTextual() && !names.contains(required.asText())) {
                JsonLocation at = JsonNodes.tokenLocationOf(required);
                found.add(Finding.warning(
                        file.name(),
                        at == null ? 0 : at.getLineNr(),
                        at == null ? 0 : at.getColumnNr(),
                        "\"%s\" is required and not among the properties".formatted(required.asText()),
                        Nearest.to(required.asText(), names)
                                .map(near -> "did you mean \"%s\"?".formatted(near))
                                .orElse("describe it, or take it away.")));
            }
        }
    }

    private void add(@Nullable JsonNode node, String what, String remedy) {
        JsonLocation at = node == null ? null : JsonNodes.tokenLocationOf(node);
        found.add(Finding.error(
                file.name(), at == null ? 0 : at.getLineNr(), at == null ? 0 : at.getColumnNr(), what, remedy));
    }

    private static String shortened(String value) {
        return value.length() <= 60 ? value : value.substring(0, 60) + "…";
    }
}
