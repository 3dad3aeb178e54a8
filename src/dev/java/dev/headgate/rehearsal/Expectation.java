package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.headgate.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A file {@code NAME.test.yaml} beside the routes: messages, and what is to be there when they are acknowledged.
 *
 * <p>A message has its payload as {@code text} or {@code base64}, which are sent as they are, or as {@code value}, which is
 * sent as JSON, or encoded where the pipeline decodes by a schema file.
 *
 * <p>Under {@code expect}, {@code rows} has a list for each table, {@code outbox} one for each destination, {@code jobs} one
 * for each queue, {@code objects} one for each folder of keys, which is all that stands before the last slash, {@code
 * deadLetters} one of columns of {@code headgate.dead_letter}. Each list has all that is to be there, in
 * any order, each with the fields that matter; what a list is not given of is not looked at.
 */
record Expectation(List<Input> messages, JsonNode expected) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> KINDS = Set.of("rows", "outbox", "jobs", "objects", "deadLetters");
    private static final Set<String> FIELDS = Set.of("key", "headers", "value", "text", "base64");

    static Expectation read(Path file) {
        JsonNode test;
        try {
            Object loaded = new Load(
                            LoadSettings.builder().setLabel(file.toString()).build())
                    .loadFromString(Files.readString(file));
            test = JSON.valueToTree(loaded);
        } catch (IOException | YamlEngineException e) {
            throw new ConfigurationException("The test %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
        test.path("expect").fieldNames().forEachRemaining(kind -> {
            if (!KINDS.contains(kind)) {
                throw wrong(
                        file, "expect has no `%s`; known are rows, outbox, jobs, objects, deadLetters".formatted(kind));
            }
        });
        if (!test.path("messages").isArray() || !test.path("expect").isObject()) {
            throw wrong(file, "a test has a list of `messages`, and `expect`");
        }
        List<Input> messages = new ArrayList<>();
        test.path("messages").forEach(message -> messages.add(input(file, message)));
        return new Expectation(messages, test.path("expect"));
    }

    private static Input input(Path file, JsonNode message) {
        message.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw wrong(
                        file, "a message has no `%s`; known are key, headers, value, text, base64".formatted(field));
            }
        });
        Map<String, String> headers = new HashMap<>();
        message.path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asText()));
        String key = message.has("key") ? message.path("key").asText() : null;
        if (message.has("base64")) {
            try {
                return new Input(
                        key,
                        headers,
                        Base64.getDecoder().decode(message.path("base64").asText()));
            } catch (IllegalArgumentException e) {
                throw wrong(file, "a message whose `base64` is none: " + e.getMessage());
            }
        }
        boolean meant = !message.has("text");
        String text =
                meant ? message.path("value").toString() : message.path("text").asText();
        return new Input(key, headers, text.getBytes(StandardCharsets.UTF_8), meant);
    }

    private static ConfigurationException wrong(Path file, String what) {
        return new ConfigurationException("The test %s: %s.".formatted(file, what));
    }

    /** What is not as expected, in words; empty if all is. */
    List<String> differences(Tables tables, StoredMessages objects) {
        List<String> differences = new ArrayList<>();
        expected.path("rows")
                .properties()
                .forEach(table -> compare(
                        "table " + table.getKey(),
                        table.getValue(),
                        tables.json("select * from " + table.getKey()),
                        differences));
        expected.path("outbox")
                .properties()
                .forEach(destination -> compare(
                        "outbox " + destination.getKey(),
                        destination.getValue(),
                        payloads(tables, "headgate.outbox", "destination", destination.getKey()),
                        differences));
        expected.path("jobs")
                .properties()
                .forEach(queue -> compare(
                        "queue " + queue.getKey(),
                        queue.getValue(),
                        payloads(tables, "headgate.job", "queue", queue.getKey()),
                        differences));
        expected.path("objects")
                .properties()
                .forEach(folder -> compare(
                        "objects " + folder.getKey(), folder.getValue(), objects.below(folder.getKey()), differences));
        if (expected.has("deadLetters")) {
            compare(
                    "dead letters",
                    expected.path("deadLetters"),
                    tables.json("select * from headgate.dead_letter"),
                    differences);
        }
        return differences;
    }

    private static List<JsonNode> payloads(Tables tables, String table, String column, String value) {
        return tables
                .json("select convert_from(payload, 'UTF8')::jsonb payload from %s where %s = '%s' order by id"
                        .formatted(table, column, value.replace("'", "''")))
                .stream()
                .map(row -> row.path("payload"))
                .toList();
    }

    private static void compare(String what, JsonNode expected, List<JsonNode> found, List<String> differences) {
        List<JsonNode> left = new ArrayList<>(found);
        for (JsonNode one : expected) {
            Optional<JsonNode> match =
                    left.stream().filter(row -> contains(row, one)).findFirst();
            if (match.isPresent()) {
                left.remove(match.get());
            } else {
                differences.add("%s: expected %s, which is not there".formatted(what, one));
            }
        }
        left.forEach(row -> differences.add("%s: there is %s, which is not expected".formatted(what, row)));
    }

    /** Numbers are equal by their value, and a text is also equal to a number that is written so. */
    private static boolean contains(JsonNode found, JsonNode expected) {
        if (expected.isObject()) {
            for (Map.Entry<String, JsonNode> field : expected.properties()) {
                JsonNode value = found.has(field.getKey()) ? found.get(field.getKey()) : MissingNode.getInstance();
                if (!contains(value, field.getValue())) {
                    return false;
                }
            }
            return true;
        }
        if (expected.isNumber() && found.isNumber()) {
            return expected.decimalValue().compareTo(found.decimalValue()) == 0;
        }
        return found.equals(expected)
                || (found.isValueNode() && !found.isNull() && found.asText().equals(expected.asText()));
    }
}
