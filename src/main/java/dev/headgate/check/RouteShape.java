package dev.headgate.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.Finding;
import dev.headgate.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.camel.util.StringHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Compares a file of routes with the schema that Camel publishes of its YAML: which steps there are, what stands in them and
 * which values that may have. All differences are found, where Camel itself would say the first.
 *
 * <p>No validator of schemas does this: of the 70 steps that may stand somewhere it says that each is not the one.
 */
final class RouteShape {

    private static final String DEFINITIONS = "#/items/definitions/";
    private static final int FEW = 14;
    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");

    /** A person may give a time with its unit where the schema says a number. */
    private static final Pattern TIME = Pattern.compile("(\\d+(ms|[dhms]))+");

    private static final class Schema {
        static final JsonNode ROOT = read();

        private static JsonNode read() {
            try (InputStream stream = RouteShape.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
                if (stream == null) {
                    throw new IllegalStateException("The class path lacks Camel's schema of its YAML");
                }
                return JsonMapper.builder().build().readTree(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final RouteYaml file;
    private final List<Finding> names = new ArrayList<>();
    private final List<Finding> values = new ArrayList<>();

    RouteShape(RouteYaml file) {
        this.file = file;
        file.root().ifPresent(root -> check(root, Schema.ROOT, "a file of routes"));
    }

    /** Names that are not known where they stand, names that lack, and forms that do not fit: Camel refuses such a file. */
    List<Finding> names() {
        return names;
    }

    /** Values that do not fit: Camel sees them when it builds the route, or never. */
    List<Finding> values() {
        return values;
    }

    private void check(Node node, JsonNode written, String where) {
        JsonNode schema = resolved(written);
        if (node instanceof ScalarNode scalar) {
            check(scalar, schema, where);
        } else if (node instanceof SequenceNode list) {
            JsonNode array = form(schema, "array");
            if (array == null) {
                names.add(file.finding(
                        node,
                        "`%s` is a list here".formatted(where),
                        "write what it has under its name, without dashes."));
            } else {
                list.getValue().forEach(element -> check(element, array.path("items"), where));
            }
        } else if (node instanceof MappingNode mapping) {
            JsonNode object = form(schema, "object");
            if (object == null) {
                names.add(
                        form(schema, "array") == null
                                ? file.finding(node, "`%s` has names under it".formatted(where), "write a plain value.")
                                : file.finding(
                                        node,
                                        "`%s` is no list".formatted(where),
                                        "begin each of its elements with a dash."));
            } else {
                check(mapping, schema, where);
            }
        }
    }

    private void check(ScalarNode scalar, JsonNode schema, String where) {
        String value = scalar.getValue();
        if (form(schema, "string", "number", "integer", "boolean") == null && form(schema, "object", "array") != null) {
            if (!value.isEmpty()) {
                names.add(file.finding(
                        scalar,
                        "`%s` is only a value, '%s'".formatted(where, shortened(value)),
                        "write %s.".formatted(expected(schema))));
            }
            return;
        }
        JsonNode plain = form(schema, "string", "number", "integer", "boolean");
        if (plain == null || value.contains("{{") || value.contains("${") || value.startsWith("#")) {
            return;
        }
        List<String> allowed = texts(plain.path("enum"));
        if (!allowed.isEmpty() && allowed.stream().noneMatch(value::equalsIgnoreCase)) {
            values.add(file.finding(
                    scalar,
                    "`%s` is '%s'".formatted(where, shortened(value)),
                    Nearest.to(value, allowed)
                                    .map(near -> "did you mean '" + near + "'? ")
                                    .orElse("") + "Expected is one of " + String.join(", ", allowed) + "."));
        }
        String type = plain.path("type").asText();
        if (type.equals("boolean") && !value.toLowerCase(Locale.ROOT).matches("true|false")) {
            values.add(file.finding(
                    scalar, "`%s` is '%s'".formatted(where, shortened(value)), "expected is true or false."));
        } else if ((type.equals("number") || type.equals("integer"))
                && !NUMBER.matcher(value).matches()
                && !TIME.matcher(value).matches()) {
            values.add(
                    file.finding(scalar, "`%s` is '%s'".formatted(where, shortened(value)), "expected is a number."));
        }
    }

    private void check(MappingNode mapping, JsonNode schema, String where) {
        Map<String, JsonNode> known = new TreeMap<>();
        boolean open = gather(schema, known);
        List<String> found = new ArrayList<>();
        List<ScalarNode> unknown = new ArrayList<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                continue;
            }
            String name = StringHelper.dashToCamelCase(key.getValue());
            found.add(name);
            JsonNode value = known.get(name);
            if (value != null) {
                check(entry.getValueNode(), value, name);
            } else if (!open) {
                unknown.add(key);
            }
        }
        List<String> lacking = texts(object(schema).path("required")).stream()
                .filter(required -> !found.contains(required))
                .toList();
        for (ScalarNode key : unknown) {
            // One that must be there is meant rather than one that may.
            names.add(file.finding(
                    key,
                    "`%s` has no `%s`".formatted(where, key.getValue()),
                    lacking.size() == 1
                            ? "did you mean `%s`, which it must have?".formatted(lacking.get(0))
                            : didYouMean(key.getValue(), known.keySet())));
        }
        for (String required : unknown.isEmpty() ? lacking : List.<String>of()) {
            names.add(file.finding(
                    mapping,
                    "`%s` lacks `%s`".formatted(where, required),
                    "write one, `%s: ...`.".formatted(required)));
        }
        int most = object(schema).path("maxProperties").asInt(Integer.MAX_VALUE);
        if (found.size() > most) {
            names.add(file.finding(
                    mapping,
                    "there are %s beside each other, where one stands".formatted(String.join(", ", found)),
                    "begin each with a dash, or move what belongs to %s to the right.".formatted(found.get(0))));
        }
    }

    /** All names that may stand there, also those of the expression that a step has; true if others may, too. */
    private static boolean gather(JsonNode written, Map<String, JsonNode> known) {
        JsonNode schema = resolved(written);
        schema.path("properties").properties().forEach(entry -> known.putIfAbsent(entry.getKey(), entry.getValue()));
        boolean closed = schema.has("additionalProperties")
                && schema.path("additionalProperties").isBoolean()
                && !schema.path("additionalProperties").asBoolean();
        boolean openBranch = false;
        for (String branches : List.of("anyOf", "oneOf", "allOf")) {
            for (JsonNode branch : schema.path(branches)) {
                if (!branch.has("not") && isObject(resolved(branch))) {
                    boolean open = gather(branch, known);
                    openBranch |= open
                            && resolved(branch).path("type").asText().equals("object")
                            && !resolved(branch).has("properties");
                    closed |= !open;
                }
            }
        }
        return openBranch || (!closed && known.isEmpty());
    }

    private static boolean isObject(JsonNode schema) {
        return form(schema, "object") != null || schema.has("properties") || schema.has("anyOf") || schema.has("oneOf");
    }

    /** The branch that has one of these forms; null if there is none. A schema that says nothing has any. */
    private static @Nullable JsonNode form(JsonNode written, String... forms) {
        JsonNode schema = resolved(written);
        String type = schema.path("type").asText();
        for (String form : forms) {
            if (type.equals(form) || (form.equals("string") && type.isEmpty() && schema.has("enum"))) {
                return schema;
            }
        }
        for (String branches : List.of("oneOf", "anyOf")) {
            for (JsonNode branch : schema.path(branches)) {
                JsonNode found = branch.has("not") ? null : form(branch, forms);
                if (found != null) {
                    return type.equals("object") ? null : found;
                }
            }
        }
        boolean silent = type.isEmpty() && !schema.has("oneOf") && !schema.has("anyOf") && !schema.has("enum");
        return silent ? schema : null;
    }

    private static JsonNode object(JsonNode schema) {
        if (schema.path("type").asText().equals("object")) {
            return schema;
        }
        return StreamSupport.stream(schema.path("oneOf").spliterator(), false)
                .map(RouteShape::resolved)
                .filter(branch -> branch.path("type").asText().equals("object"))
                .findFirst()
                .orElse(schema);
    }

    private static JsonNode resolved(JsonNode schema) {
        String reference = schema.path("$ref").asText();
        return reference.startsWith(DEFINITIONS)
                ? resolved(
                        Schema.ROOT.path("items").path("definitions").path(reference.substring(DEFINITIONS.length())))
                : schema;
    }

    private static String expected(JsonNode schema) {
        List<String> required = texts(object(schema).path("required"));
        if (!required.isEmpty()) {
            return "it with "
                    + required.stream().map(name -> "`" + name + ": ...`").collect(Collectors.joining(" and "));
        }
        return form(schema, "array") != null ? "a list" : "what it has on lines of its own, each with its name";
    }

    private static String didYouMean(String name, Collection<String> known) {
        return Nearest.to(name, known)
                .map(near -> "did you mean `" + near + "`?")
                .orElseGet(() -> known.size() <= FEW
                        ? "known are " + String.join(", ", known) + "."
                        : "check its spelling and its place, by how far it is to the right.");
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static String shortened(String value) {
        return value.length() <= 40 ? value : value.substring(0, 40) + "…";
    }
}
