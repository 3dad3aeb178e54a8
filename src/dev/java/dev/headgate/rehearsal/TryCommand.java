package dev.headgate.rehearsal;

import dev.headgate.Finding;
import dev.headgate.app.RoutesCheck;
import dev.headgate.cli.check.Findings;
import dev.headgate.cli.checks.TopicTail;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.demo.DemoServers;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
            "Nothing of yours is connected to but, with --topic, Kafka, to read. Relays send nothing and jobs are not executed: what is written for them",
            "is shown. Settings come from the folder, those of servers aside."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TryCommand implements Command {

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
        PrintWriter out = spec.commandLine().getOut();
        Path looked = folder == null ? routes.folder() : folder;
        List<Input> inputs = inputs(looked);
        List<Finding> findings = RoutesCheck.findings(looked, null, Map.of(), false);
        Findings.print(findings, "error: ", "warning: ", spec.commandLine().getErr());
        if (Findings.refuse(findings)) {
            return 1;
        }
        Path directory = Files.createTempDirectory("headgate-try-");
        int dead = 0;
        try (DemoServers servers = new DemoServers(directory);
                Rehearsal rehearsal =
                        new Rehearsal(servers, looked, Settings.load(looked, null, Map.of()), "rehearsal")) {
            for (int i = 0; i < inputs.size(); i++) {
                out.println("%d. %s".formatted(i + 1, inputs.get(i).text()));
                Outcome outcome = rehearsal.send(List.of(inputs.get(i)));
                dead += outcome.deadLetters().isEmpty() ? 0 : 1;
                out.print(outcome.text());
                out.flush();
            }
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
        out.println("%d messages, %d dead letters".formatted(inputs.size(), dead));
        out.flush();
        return dead == 0 ? 0 : 1;
    }
}
