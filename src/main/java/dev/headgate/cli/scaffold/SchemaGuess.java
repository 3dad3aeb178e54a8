package dev.headgate.cli.scaffold;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the values at one place of the messages of a sample have in common, and what is in them: a schema of Avro or of
 * Protobuf. A guess, like {@link Sample}. Not thread-safe.
 */
final class SchemaGuess {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

    /** What is around it, of which it is called a part. */
    private final String place;

    private final Map<String, SchemaGuess> fields = new LinkedHashMap<>();
    private Field.@Nullable Type type;
    private @Nullable SchemaGuess element;
    private boolean sawNull;
    private int seen;

    /** How often it was there and not null. */
    private int present;

    private SchemaGuess(String place) {
        this.place = place;
    }

    /** @throws ConfigurationException if a field of the messages cannot be one of a schema */
    static SchemaGuess of(Iterable<JsonNode> messages) {
        SchemaGuess guess = new SchemaGuess("");
        messages.forEach(guess::see);
        return guess;
    }

    private void see(JsonNode value) {
        seen++;
        if (value.isNull()) {
            sawNull = true;
            return;
        }
        present++;
        Field.Type found = Sample.type(value);
        type = type == null ? found : Sample.both(type, found);
        if (type == Field.Type.ANYTHING) {
            throw new ConfigurationException(
                    "The field %s of the sample has values of several kinds, which a schema of Avro or Protobuf is not guessed for: make them one kind, or leave the field out of the sample."
                            .formatted(place));
        }
        if (value.isArray()) {
            element = element == null ? new SchemaGuess(place + "[]") : element;
            value.forEach(element::see);
        }
        value.properties().forEach(field -> {
            String inner = place.isEmpty() ? field.getKey() : place + "." + field.getKey();
            if (!NAME.matcher(field.getKey()).matches()) {
                throw new ConfigurationException(
                        "The field %s of the sample has a name that Avro and Protobuf do not take: letters, digits and underscores, a letter first. Leave it out of the sample, or rename it in the messages."
                                .formatted(inner));
            }
            fields.computeIfAbsent(field.getKey(), name -> new SchemaGuess(inner))
                    .see(field.getValue());
        });
    }

    /** Whether a message may lack it. */
    private boolean isOptional(int around) {
        return sawNull || seen < around;
    }

    /** @param name of the record */
    String avro(String name) {
        return avroType(capital(name)).toPrettyString() + "\n";
    }

    private JsonNode avroType(String name) {
        ObjectNode node = JSON.createObjectNode();
        return switch (type == null ? Field.Type.TEXT : type) {
            case BOOLEAN -> JSON.getNodeFactory().textNode("boolean");
            case INTEGER -> JSON.getNodeFactory().textNode("long");
            case NUMBER -> JSON.getNodeFactory().textNode("double");
            case TIME -> node.put("type", "long").put("logicalType", "timestamp-micros");
            case DATE -> node.put("type", "int").put("logicalType", "date");
            case LIST -> {
                node.put("type", "array");
                node.set("items", element().nullable(element().sawNull, name));
                yield node;
            }
            case NESTED -> {
                node.put("type", "record").put("name", name);
                ArrayNode list = node.putArray("fields");
                fields.forEach((field, guess) -> {
                    ObjectNode described = list.addObject().put("name", field);
                    boolean optional = guess.isOptional(present);
                    described.set("type", guess.nullable(optional, name + capital(field)));
                    if (optional) {
                        described.putNull("default");
                    }
                });
                yield node;
            }
            case TEXT, ANYTHING -> JSON.getNodeFactory().textNode("string");
        };
    }

    private JsonNode nullable(boolean optional, String name) {
        JsonNode described = avroType(name);
        return optional ? JSON.createArrayNode().add("null").add(described) : described;
    }

    private SchemaGuess element() {
        return element == null ? new SchemaGuess(place) : element;
    }

    /** @param name of the message */
    String protobuf(String name) {
        StringBuilder text = new StringBuilder();
        message(capital(name), "", text);
        String imported =
                text.indexOf("google.protobuf.Timestamp") < 0 ? "" : "import \"google/protobuf/timestamp.proto\";\n\n";
        return "syntax = \"proto3\";\n\n" + imported + text;
    }

    private void message(String name, String indent, StringBuilder text) {
        text.append("%smessage %s {\n".formatted(indent, name));
        fields.forEach((field, guess) -> {
            if (guess.scalar().type == Field.Type.NESTED) {
                guess.scalar().message(capital(field), indent + "  ", text);
            }
        });
        int number = 1;
        for (Map.Entry<String, SchemaGuess> field : fields.entrySet()) {
            SchemaGuess guess = field.getValue();
            boolean list = guess.type == Field.Type.LIST;
            if (list && guess.element().type == Field.Type.LIST) {
                throw new ConfigurationException(
                        "The field %s of the sample has arrays within an array, which Protobuf has not: leave it out of the sample."
                                .formatted(guess.place));
            }
            String label = list ? "repeated " : guess.isOptional(present) ? "optional " : "";
            text.append("%s  %s%s %s = %d;\n"
                    .formatted(
                            indent,
                            label,
                            guess.scalar().protobufType(capital(field.getKey())),
                            field.getKey(),
                            number++));
        }
        text.append(indent).append("}\n");
    }

    private SchemaGuess scalar() {
        return type == Field.Type.LIST ? element() : this;
    }

    private String protobufType(String message) {
        return switch (type == null ? Field.Type.TEXT : type) {
            case BOOLEAN -> "bool";
            case INTEGER -> "int64";
            case NUMBER -> "double";
            case TIME -> "google.protobuf.Timestamp";
            case NESTED -> message;
            case DATE, TEXT, LIST, ANYTHING -> "string";
        };
    }

    /** As the names of records are written: {@code order-items} is {@code OrderItems}. */
    private static String capital(String name) {
        StringBuilder capital = new StringBuilder();
        for (String part : name.split("[_-]+", -1)) {
            if (!part.isEmpty()) {
                capital.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
            }
        }
        return capital.toString();
    }
}
