package dev.headgate.cli.scaffold;

import dev.headgate.ConfigurationException;
import dev.headgate.cli.checks.TopicTail;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.SettingsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headgate new}. */
@CommandLine.Command(
        name = "new",
        description =
                "Write a folder with a pipeline that runs: routes, SQL, migration, schema, settings and sample messages.",
        footer = {
            "",
            "With --sample or --sample-topic, schema, table and upsert are guessed from messages as they come, one a line.",
            "What is written passes `headgate check NAME`; edit it, it is yours."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class NewCommand implements Command {

    /** Where messages come from. */
    enum From {
        KAFKA("the Kafka topic {{%s.topic}}"),
        SQS("the SQS queue {{%s.queue}}");

        private final String where;

        From(String where) {
            this.where = where;
        }

        String where(String name) {
            return where.formatted(name);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where they go. */
    enum To {
        POSTGRES,
        S3;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Who is told. */
    enum Outbox {
        KAFKA,
        SQS,
        HTTP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What messages are. */
    enum Format {
        JSON,
        AVRO,
        PROTOBUF,
        CSV;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int FROM_TOPIC = 1_000;

    private static final List<String> SAMPLE = List.of(
            "{\"id\": \"a-1\", \"version\": 1, \"text\": \"first\", \"at\": \"2026-01-02T03:04:05Z\"}",
            "{\"id\": \"a-1\", \"version\": 2, \"text\": \"second\", \"at\": \"2026-01-02T03:04:06Z\"}",
            "{\"id\": \"b-2\", \"version\": 1, \"text\": \"third\", \"at\": \"2026-01-02T03:04:07Z\"}");

    private static final List<String> CSV_SAMPLE = List.of(
            "id,version,text,at",
            "a-1,1,first,2026-01-02T03:04:05Z",
            "a-1,2,second,2026-01-02T03:04:06Z",
            "b-2,1,third,2026-01-02T03:04:07Z");

    @Parameters(paramLabel = "NAME", description = "The pipeline, and the folder that is made for it.")
    private Path folder;

    @Option(
            names = "--from",
            paramLabel = "SOURCE",
            defaultValue = "kafka",
            description = "Where messages come from: ${COMPLETION-CANDIDATES} (default: kafka).")
    private From from;

    @Option(
            names = "--to",
            paramLabel = "SINK",
            defaultValue = "postgres",
            description = "Where they go: ${COMPLETION-CANDIDATES} (default: postgres).")
    private To to;

    @Option(
            names = "--outbox",
            paramLabel = "TARGET",
            description = "Tell somebody of each message that was applied: ${COMPLETION-CANDIDATES}.")
    private @Nullable Outbox outbox;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "json",
            description =
                    "What messages are: ${COMPLETION-CANDIDATES} (default: json). Of CSV the first line of a sample has the names"
                            + " of the fields, which messages have not. Of Avro and Protobuf a sample has what messages mean, as JSON.")
    private Format format;

    @ArgGroup
    private Given given = new Given();

    /** Messages as they come. */
    static final class Given {

        @Option(names = "--sample", paramLabel = "FILE", description = "Messages as they come, one a line.")
        private @Nullable Path file;

        @Option(
                names = "--sample-topic",
                paramLabel = "TOPIC",
                description = "The newest messages of a topic, of the Kafka of the settings; nothing is committed.")
        private @Nullable String topic;
    }

    @Mixin
    private SettingsOptions settings;

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    public NewCommand() {}

    private Scaffold scaffold(String name) {
        String where = given.topic != null ? given.topic : given.file == null ? "built in" : given.file.toString();
        if (format != Format.JSON && given.topic != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    format == Format.CSV
                            ? "--sample-topic is for JSON, as messages of CSV do not say what their fields are called: write some into a"
                                    + " file, behind a line with the names, for --sample"
                            : "--sample-topic is for JSON, as messages of Avro and Protobuf do not say what they mean without their"
                                    + " schema: write what some of them mean as JSON into a file, for --sample");
        }
        if (from == From.SQS && (format == Format.AVRO || format == Format.PROTOBUF)) {
            throw new ParameterException(
                    spec.commandLine(), "--format %s is for --from kafka, as SQS takes text only".formatted(format));
        }
        if (format != Format.CSV) {
            Sample sample = Sample.of(written(SAMPLE), where);
            return new Scaffold(name, from, to, outbox, format, sample, sample.lines(), null);
        }
        CsvSample csv = CsvSample.of(written(CSV_SAMPLE), where);
        Sample sample = Sample.of(csv.json(), where);
        return new Scaffold(
                name,
                from,
                to,
                outbox,
                format,
                sample,
                csv.lines().subList(0, sample.lines().size()),
                String.join(",", csv.names()));
    }

    private List<String> written(List<String> builtIn) {
        if (given.topic != null) {
            List<String> lines = new ArrayList<>();
            for (TopicTail.Found found : TopicTail.read(settings.load(), given.topic, FROM_TOPIC)) {
                if (found.payload() != null) {
                    // A line break within JSON is a blank.
                    lines.add(new String(found.payload(), StandardCharsets.UTF_8).replaceAll("\\R", " "));
                }
            }
            return lines;
        }
        return given.file == null ? builtIn : Sample.read(given.file);
    }

    @Override
    public Integer call() throws IOException {
        String name = folder.getFileName().toString();
        if (!name.matches("[a-z][a-z0-9-]{0,40}")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "NAME is '%s'; expected a letter, then letters, digits and dashes, all small".formatted(name));
        }
        if (Files.exists(folder)) {
            throw new ConfigurationException(
                    "%s is there already: choose another name, or move it away.".formatted(folder));
        }
        Map<String, String> files = scaffold(name).files();
        PrintWriter out = spec.commandLine().getOut();
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
            out.println(path);
        }
        out.println("Next: edit them, and `headgate check %1$s`, `headgate run --routes %1$s`.".formatted(folder));
        out.flush();
        return 0;
    }
}
