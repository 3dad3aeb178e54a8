package dev.headgate.cli.scaffold;

import dev.headgate.cli.scaffold.NewCommand.Format;
import dev.headgate.cli.scaffold.NewCommand.From;
import dev.headgate.cli.scaffold.NewCommand.Outbox;
import dev.headgate.cli.scaffold.NewCommand.To;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files of a new pipeline, by their path in its folder.
 *
 * @param name of the pipeline and its folder
 * @param outbox where what was applied is told, or null
 * @param format of the messages
 * @param sample the messages as JSON
 * @param messages the same as they come
 * @param header the names of the fields, if messages are records of CSV; else null
 */
record Scaffold(
        String name,
        From from,
        To to,
        @Nullable Outbox outbox,
        Format format,
        Sample sample,
        List<String> messages,
        @Nullable String header) {

    /** A function of Postgres has at most 100 arguments. */
    private static final int MOST_IN_AN_ENTRY = 50;

    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(name + ".camel.yaml", routes());
        switch (format) {
            case AVRO -> files.put(name + ".avsc", sample.schema().avro(name));
            case PROTOBUF -> files.put(name + ".proto", sample.schema().protobuf(name));
            case JSON, CSV -> files.put(name + ".schema.json", schema());
        }
        files.put("application.properties", properties());
        files.put(name + (header == null ? ".sample.jsonl" : ".sample.csv"), String.join("\n", messages) + "\n");
        if (to == To.POSTGRES) {
            files.put("migrations/V1__" + table().replace("\"", "") + ".sql", migration());
            files.put("sql/" + name + ".sql", upsert());
        }
        files.put(name + ".test.yaml", test());
        if (outbox != null) {
            files.put("sql/" + name + "-outbox.sql", entries());
            files.put(name + "-relay.camel.yaml", relay());
        }
        return files;
    }

    private String routes() {
        String steps = to == To.POSTGRES
                ? step(name + "-state", "sql:file:{{headgate.routes}}/sql/" + name + ".sql")
                : "        - to: { id: %1$s-put, uri: \"objects:{{%1$s.bucket}}\" }\n".formatted(name);
        if (outbox != null) {
            steps += step(name + "-outbox", "sql:file:{{headgate.routes}}/sql/" + name + "-outbox.sql");
        }
        String source = from == From.KAFKA ? """
                      uri: kafka:{{%1$s.topic}}
                      parameters: { groupId: "{{%1$s.group}}" }
                """.formatted(name) : """
                      uri: aws2-sqs:{{%1$s.queue}}
                      parameters: { concurrentConsumers: 4, maxMessagesPerPoll: 10, delay: 1, greedy: true }
                """.formatted(name);
        return """
                # %2$s
                # In:  %7$s describes it; header "message-id", if there is one, tells repetitions.
                # Out: %3$s, each message once.
                # What is refused becomes a row of headgate.dead_letter; an outage holds the flow until it is over.
                - route:
                    id: %1$s
                    from:
                %4$s      steps:
                %8$s        - to: { id: %1$s-batch, uri: "batch:%1$s" }

                - route:
                    id: %1$s-write
                    from:
                      uri: batch:%1$s
                %6$s      steps:
                %5$s""".formatted(
                        name,
                        "From %s to %s."
                                .formatted(
                                        from.where(name),
                                        to == To.POSTGRES ? "Postgres" : "the S3 bucket {{%s.bucket}}".formatted(name)),
                        to == To.POSTGRES ? "table " + table() : "objects of gzipped JSON lines",
                        source,
                        steps,
                        to == To.POSTGRES || outbox != null
                                ? "      parameters: { columns: \"%s\" }\n".formatted(json(typed()))
                                : "",
                        incoming(),
                        decode());
    }

    private String incoming() {
        return switch (format) {
            case JSON -> "JSON as %s.schema.json".formatted(name);
            case CSV -> "a record of CSV, whose values are texts, as %s.schema.json".formatted(name);
            case AVRO -> "Avro, without the wire format of a registry, as %s.avsc".formatted(name);
            case PROTOBUF -> "Protobuf, without the wire format of a registry, as %s.proto".formatted(name);
        };
    }

    /** The steps that make JSON of a message, and say whether it is what it has to be. */
    private String decode() {
        String validate = step(name + "-validate", "json-schema:" + name + ".schema.json");
        return switch (format) {
            case JSON -> validate;
            case CSV ->
                "        - to: { id: %s-decode, uri: \"decode:csv\", parameters: { header: \"%s\" } }\n"
                                .formatted(name, json(String.valueOf(header)))
                        + validate;
            case AVRO -> step(name + "-decode", "decode:avro?schema=" + name + ".avsc");
            case PROTOBUF -> step(name + "-decode", "decode:protobuf?schema=" + name + ".proto");
        };
    }

    private static String step(String id, String uri) {
        return "        - to: { id: %s, uri: \"%s\" }\n".formatted(id, uri);
    }

    private String schema() {
        return """
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "type": "object",
                  "required": [%s],
                  "properties": {
                %s
                  }
                }
                """.formatted(
                sample.fields().stream()
                        .filter(Field::required)
                        .map(field -> '"' + json(field.name()) + '"')
                        .collect(Collectors.joining(", ")),
                sample.fields().stream()
                        .map(field -> "    \"%s\": %s"
                                .formatted(json(field.name()), described(field).schema()))
                        .collect(Collectors.joining(",\n")));
    }

    /** What CSV has are texts, whatever the column makes of them. */
    private Field described(Field field) {
        return header == null ? field : new Field(field.name(), Field.Type.TEXT, field.required());
    }

    private String properties() {
        StringBuilder text = new StringBuilder("# The servers\n");
        if (from == From.KAFKA || outbox == Outbox.KAFKA) {
            text.append("camel.component.kafka.brokers=localhost:9092\n");
        }
        text.append("""
                headgate.database.url=jdbc:postgresql://localhost:5432/headgate
                headgate.database.user=headgate
                headgate.database.password=headgate
                """);
        if (to == To.S3) {
            text.append("camel.component.aws2-s3.region=eu-central-1\n");
        }
        text.append("\n# The pipeline\n");
        text.append(
                from == From.KAFKA
                        ? "%1$s.topic=%1$s\n%1$s.group=headgate-%1$s\n".formatted(name)
                        : "%1$s.queue=%1$s\n".formatted(name));
        if (to == To.S3) {
            text.append("# It must exist\n%s.bucket=headgate\n".formatted(name));
        }
        if (outbox != null) {
            text.append(
                    switch (outbox) {
                        case KAFKA -> "%1$s.applied-topic=%1$s-applied\n".formatted(name);
                        case SQS -> "%1$s.applied-queue=%1$s-applied\n".formatted(name);
                        case HTTP -> "%1$s.applied-url=http://localhost:8080/%1$s\n".formatted(name);
                    });
        }
        return text.toString();
    }

    private String migration() {
        Field key = sample.key(name);
        int widest = sample.fields().stream()
                .mapToInt(field -> field.column().length())
                .max()
                .orElse(0);
        return "-- Guessed from a sample: correct the types before the first start. Later changes are files V2__....sql.\ncreate table %s (\n%s\n);\n"
                .formatted(
                        table(),
                        sample.fields().stream()
                                .map(field -> "    %s %s%s"
                                        .formatted(
                                                pad(field.column(), widest),
                                                field.type().column,
                                                field.equals(key)
                                                        ? " primary key"
                                                        : field.required() ? " not null" : ""))
                                .collect(Collectors.joining(",\n")));
    }

    private String upsert() {
        Field key = sample.key(name);
        Optional<Field> version = sample.version();
        List<Field> others =
                sample.fields().stream().filter(field -> !field.equals(key)).toList();
        String last = others.isEmpty()
                ? "on conflict (%s) do nothing\n".formatted(key.column())
                : "on conflict (%s) do update\n   set %s\n"
                        .formatted(
                                key.column(),
                                others.stream()
                                        .map(field -> "%1$s = excluded.%1$s".formatted(field.column()))
                                        .collect(Collectors.joining(",\n       ")));
        String guard = version.filter(field -> !field.equals(key))
                .map(field -> " where %1$s.%2$s <= excluded.%2$s\n".formatted(table(), field.column()))
                .orElse("");
        return """
                -- %1$s
                insert into %2$s (%3$s)
                select distinct on (%4$s) %3$s
                from batch
                order by %4$s, %5$smessage_number desc
                %6$s%7$s""".formatted(
                        version.isPresent()
                                ? "The highest %s of each %s is its state, whenever it arrives."
                                        .formatted(version.get().name(), key.name())
                                : "The last message of each %s is its state.".formatted(key.name()),
                        table(),
                        columns(),
                        key.column(),
                        version.filter(field -> !field.equals(key))
                                .map(field -> "%s desc, ".formatted(field.column()))
                                .orElse(""),
                        last,
                        guard);
    }

    private String entries() {
        Field key = sample.key(name);
        return """
                -- One entry for each message, in order of arrival; the key keeps the order of one %1$s. Say in it what others need.
                insert into headgate.outbox (pipeline, destination, key, headers, payload)
                select message_pipeline, '%2$s-applied', %3$s::text, message_trace,
                       convert_to(json_build_object(%4$s)::text, 'UTF8')
                from batch
                order by message_number
                """.formatted(
                        key.name(),
                        name,
                        key.column(),
                        sample.fields().stream()
                                .limit(MOST_IN_AN_ENTRY)
                                .map(field -> "'%s', %s".formatted(field.name().replace("'", "''"), field.column()))
                                .collect(Collectors.joining(", ")));
    }

    private String relay() {
        boolean http = outbox == Outbox.HTTP;
        boolean kafka = outbox == Outbox.KAFKA;
        String target = http
                ? """
                            uri: "{{%s.applied-url}}"
                            parameters: { httpMethod: POST }
                """.formatted(name)
                : "            uri: \"%s\"\n"
                        .formatted(
                                kafka
                                        ? "kafka:{{%s.applied-topic}}".formatted(name)
                                        : "aws2-sqs:{{%s.applied-queue}}".formatted(name));
        return """
                # Sends the outbox entries of "%1$s-applied", in order of each key%4$s.
                - route:
                    id: %1$s-relay
                    from:
                      uri: outbox:%1$s-applied
                %2$s      steps:
                        - to:
                            id: %1$s-send
                %3$s""".formatted(
                        name,
                        http
                                ? "      parameters: { concurrency: 4 }\n"
                                : kafka ? "      parameters: { exactlyOnce: true }\n" : "",
                        target,
                        kafka ? ", once for readers with read_committed" : "; until they have arrived, again");
    }

    /** What the SQL says, of the messages of the sample. */
    private String test() {
        StringBuilder text = new StringBuilder("# Run by `headgate test %1$s`, on embedded servers.%2$s\nmessages:\n"
                .formatted(name, isEncoded() ? " A value is encoded by the schema." : ""));
        messages.forEach(line -> text.append(
                isEncoded()
                        ? "  - value: %s\n".formatted(line)
                        : "  - text: '%s'\n".formatted(line.replace("'", "''"))));
        text.append("expect:\n  deadLetters: []\n");
        if (to == To.POSTGRES) {
            text.append("  rows:\n    %s:\n".formatted(table().replace("\"", "")));
            sample.states(name)
                    .forEach(state -> text.append("      - ").append(state).append('\n'));
        }
        if (outbox != null) {
            text.append("  outbox:\n    %s-applied:\n".formatted(name));
            sample.keys(name).forEach(key -> text.append("      - ").append(key).append('\n'));
        }
        return text.toString();
    }

    /** Whether messages are not written as they come, but as what they mean. */
    private boolean isEncoded() {
        return format == Format.AVRO || format == Format.PROTOBUF;
    }

    private String table() {
        return Field.quoted(name.replace('-', '_'));
    }

    private String columns() {
        return sample.fields().stream().map(Field::column).collect(Collectors.joining(", "));
    }

    private String typed() {
        return sample.fields().stream()
                .map(field -> field.column() + " " + field.type().column)
                .collect(Collectors.joining(", "));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String json(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
