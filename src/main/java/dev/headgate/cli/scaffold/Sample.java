package dev.headgate.cli.scaffold;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Messages as they come, and what they have in common. A guess, for a person to correct: of one message nobody knows what
 * the next one has.
 *
 * @param lines each a message
 * @param fields in the order in which they were first seen
 */
record Sample(List<String> lines, List<Field> fields) {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    private static final Pattern TIME =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d(:?\\d\\d)?)");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");

    /** So many lines are kept as messages to try the pipeline with. */
    private static final int KEPT = 20;

    /**
     * Reads the lines of a file.
     *
     * @throws ConfigurationException if there is none
     */
    static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The sample %s cannot be read (%s): name a file of messages, one a line.".formatted(file, e), e);
        }
    }

    /** @throws ConfigurationException if a line is no JSON object, or there is none */
    static Sample of(List<String> written, String name) {
        List<String> lines = new ArrayList<>();
        Map<String, Field.Type> types = new LinkedHashMap<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < written.size(); i++) {
            if (!written.get(i).isBlank()) {
                JsonNode message = parse(written.get(i), name, i + 1);
                lines.add(written.get(i).strip());
                message.properties().forEach(field -> {
                    types.putIfAbsent(field.getKey(), Field.Type.ANYTHING);
                    if (!field.getValue().isNull()) {
                        types.merge(
                                field.getKey(),
                                type(field.getValue()),
                                (known, seen) -> counts.containsKey(field.getKey()) ? both(known, seen) : seen);
                        counts.merge(field.getKey(), 1, Integer::sum);
                    }
                });
            }
        }
        if (types.isEmpty()) {
            throw new ConfigurationException(
                    "The sample %s holds no message with a field: it is to have one JSON object a line."
                            .formatted(name));
        }
        types.keySet().stream()
                .filter(field -> field.toLowerCase(Locale.ROOT).startsWith("message_"))
                .findFirst()
                .ifPresent(field -> {
                    throw new ConfigurationException(
                            "The field %s of the sample %s has a name like the batch's own columns: leave it out of the sample, or rename it in the messages."
                                    .formatted(field, name));
                });
        List<Field> fields = types.entrySet().stream()
                .map(type -> new Field(
                        type.getKey(), type.getValue(), counts.getOrDefault(type.getKey(), 0) == lines.size()))
                .toList();
        return new Sample(List.copyOf(lines.subList(0, Math.min(KEPT, lines.size()))), fields);
    }

    private static JsonNode parse(String line, String name, int number) {
        try {
            JsonNode message = JSON.readTree(line);
            if (message.isObject()) {
                return message;
            }
            throw new ConfigurationException("%s, line %d: a message is a JSON object, found %s."
                    .formatted(name, number, message.getNodeType()));
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(
                    "%s, line %d: no JSON (%s): write each message on one line."
                            .formatted(name, number, e.getOriginalMessage()),
                    e);
        }
    }

    static Field.Type type(JsonNode value) {
        if (value.isTextual()) {
            String text = value.asText();
            return TIME.matcher(text).matches()
                    ? Field.Type.TIME
                    : DATE.matcher(text).matches() ? Field.Type.DATE : Field.Type.TEXT;
        }
        if (value.isBoolean()) {
            return Field.Type.BOOLEAN;
        }
        if (value.isNumber()) {
            return value.isIntegralNumber() && value.canConvertToLong() ? Field.Type.INTEGER : Field.Type.NUMBER;
        }
        return value.isArray() ? Field.Type.LIST : Field.Type.NESTED;
    }

    static Field.Type both(Field.Type one, Field.Type other) {
        if (one == other) {
            return one;
        }
        List<Field.Type> numbers = List.of(Field.Type.INTEGER, Field.Type.NUMBER);
        List<Field.Type> texts = List.of(Field.Type.TIME, Field.Type.DATE, Field.Type.TEXT);
        if (numbers.contains(one) && numbers.contains(other)) {
            return Field.Type.NUMBER;
        }
        return texts.contains(one) && texts.contains(other) ? Field.Type.TEXT : Field.Type.ANYTHING;
    }

    /** What tells one thing from another: {@code order_id} of {@code orders}, {@code id}, or the first that looks like one. */
    Field key(String pipeline) {
        String stem = pipeline.replaceFirst("s$", "");
        List<Field> possible = fields.stream()
                .filter(Field::required)
                .filter(field -> field.type() == Field.Type.TEXT || field.type() == Field.Type.INTEGER)
                .toList();
        return Stream.<Predicate<String>>of(
                        name -> plain(name).equals(plain(stem) + "id"),
                        name -> plain(name).equals("id"),
                        name -> plain(name).equals("key"),
                        name -> plain(name).matches(".*(id|key|number|code)"),
                        name -> true)
                .flatMap(rule -> possible.stream().filter(field -> rule.test(field.name())))
                .findFirst()
                .orElseThrow(
                        () -> new ConfigurationException(
                                "No field of the sample can be a key: one that is text or a whole number and stands in every message."));
    }

    /** What grows with each change of a thing, if there is such a field. */
    Optional<Field> version() {
        return Stream.of("version", "revision", "sequence", "updated_at", "updatedAt")
                .flatMap(name -> fields.stream().filter(field -> field.name().equals(name)))
                .filter(Field::required)
                .filter(field -> field.type() == Field.Type.INTEGER || field.type() == Field.Type.TIME)
                .findFirst();
    }

    /** What the messages look like, deep inside. */
    SchemaGuess schema() {
        return SchemaGuess.of(
                lines.stream().map(line -> parse(line, "sample", 0)).toList());
    }

    /** Of each message its key, as an object of one field. */
    List<String> keys(String pipeline) {
        return lines.stream()
                .map(line -> only(parse(line, "sample", 0), key(pipeline)))
                .toList();
    }

    /** Of each key the state that is to be there in the end: key and version. */
    Collection<String> states(String pipeline) {
        Field key = key(pipeline);
        Field version = version().orElse(null);
        Map<String, JsonNode> last = new LinkedHashMap<>();
        for (String line : lines) {
            JsonNode message = parse(line, "sample", 0);
            last.merge(
                    message.get(key.name()).asText(),
                    message,
                    (known, seen) -> version != null
                                    && version.type() == Field.Type.INTEGER
                                    && seen.get(version.name()).asLong()
                                            < known.get(version.name()).asLong()
                            ? known
                            : seen);
        }
        return last.values().stream()
                .map(message -> version != null && version.type() == Field.Type.INTEGER
                        ? only(message, key, version)
                        : only(message, key))
                .toList();
    }

    private static String only(JsonNode message, Field... fields) {
        ObjectNode only = JsonNodeFactory.instance.objectNode();
        for (Field field : fields) {
            only.set(field.name(), message.get(field.name()));
        }
        return only.toString();
    }

    private static String plain(String name) {
        return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }
}
