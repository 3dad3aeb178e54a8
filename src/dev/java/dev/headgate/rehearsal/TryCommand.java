package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.headgate.Finding;
import dev.headgate.app.RoutesCheck;
import dev.headgate.cli.check.Findings;
import dev.headgate.cli.checks.TopicTail;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.database.Migrations;
import dev.headgate.demo.DemoServers;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headgate try}: exit code 0 if every message was taken, 1 if one became a dead letter. */
@CommandLine.Command(
        name = "try",
        description = "Run a pipeline on embedded servers, one message after the other, and say what became of each.",
        footer = {
            "",
            "Nothing of yours is connected to but, with --topic, Kafka, to read, and with --database, Postgres, in a transaction that is rolled back.",
            "Relays send nothing and jobs are not executed: what is written for them is shown. Settings come from the folder, those of servers aside."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TryCommand implements Command {

    /** So long others may wait for the locks of a transaction that is rolled back. */
    private static final Duration MOST = Duration.ofSeconds(60);

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder of the routes (default: that of --routes).")
    private @Nullable Path folder;

    @Mixin
    private RoutesOption routes;

    @ArgGroup(multiplicity = "1")
    private Messages messages;

    /** Where they come from. */
    static final class Messages {

        @Option(names = "--input", paramLabel = "FILE", description = "Messages, one a line.")
        private @Nullable Path file;

        @ArgGroup(exclusive = false)
        private @Nullable Topic topic;
    }

    /** The newest of a topic. */
    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    static final class Topic {

        @Option(
                names = "--topic",
                required = true,
                paramLabel = "TOPIC",
                description = "The newest messages of a topic, of the Kafka of the settings; nothing is committed.")
        private String name;

        @Option(names = "--count", paramLabel = "N", defaultValue = "10", description = "How many (default: 10).")
        private int count;
    }

    @Option(
            names = "--database",
            description =
                    "Use the database of the settings, in one transaction that is rolled back, and what is in it; nothing is applied to it.")
    private boolean database;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private List<Input> inputs(Path looked) {
        if (messages.topic == null) {
            return Input.lines(Objects.requireNonNull(messages.file));
        }
        return TopicTail.read(Settings.load(looked, null, System.getenv()), messages.topic.name, messages.topic.count)
                .stream()
                .map(found -> new Input(found.key(), found.headers(), found.payload()))
                .toList();
    }

    @Override
    public Integer call() throws IOException {
        Quiet.log();
        Path looked = folder == null ? routes.folder() : folder;
        Map<String, String> environment = database ? System.getenv() : Map.of();
        List<Input> inputs = inputs(looked);
        List<Finding> findings = RoutesCheck.findings(looked, null, environment, false);
        Findings.print(findings, "error: ", "warning: ", spec.commandLine().getErr());
        if (Findings.refuse(findings)) {
            return 1;
        }
        Settings settings = Settings.load(looked, null, environment);
        if (database && isBehind(looked, settings)) {
            return 1;
        }
        Path directory = Files.createTempDirectory("headgate-try-");
        try (DemoServers servers = new DemoServers(directory);
                Rehearsal rehearsal = database
                        ? new Rehearsal(servers, looked, settings)
                        : new Rehearsal(servers, looked, settings, "rehearsal")) {
            return tell(rehearsal, inputs);
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    /** Whether migrations are pending, which are said: the routes would meet other tables than they expect. */
    private boolean isBehind(Path looked, Settings settings) {
        List<Finding> pending = new Migrations(settings).pending(looked);
        Findings.print(pending, "error: ", "error: ", spec.commandLine().getErr());
        return !pending.isEmpty();
    }

    private int tell(Rehearsal rehearsal, List<Input> inputs) {
        PrintWriter out = spec.commandLine().getOut();
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        int dead = 0;
        int tried = 0;
        long end = System.nanoTime() + MOST.toNanos();
        for (Input input : inputs) {
            if (database && System.nanoTime() > end) {
                break;
            }
            Outcome outcome = rehearsal.send(List.of(input));
            tried++;
            dead += outcome.deadLetters().isEmpty() ? 0 : 1;
            if (json) {
                all.add(outcome.json(input));
            } else {
                out.println("%d. %s".formatted(tried, input.text()));
                out.print(outcome.text());
                out.flush();
            }
        }
        rehearsal.rollBack();
        if (json) {
            out.println(JsonNodeFactory.instance
                    .objectNode()
                    .put("tried", tried)
                    .put("deadLetters", dead)
                    .set("messages", all)
                    .toPrettyString());
        } else {
            out.println("%d messages, %d dead letters%s".formatted(tried, dead, database ? "; rolled back" : ""));
        }
        out.flush();
        if (tried < inputs.size()) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "After %d s the transaction was rolled back, for others may wait for its locks; %d messages were not tried: give fewer."
                                    .formatted(MOST.toSeconds(), inputs.size() - tried));
            return 1;
        }
        return dead == 0 ? 0 : 1;
    }
}
