package dev.headgate.rehearsal;

import dev.headgate.Finding;
import dev.headgate.app.RoutesCheck;
import dev.headgate.cli.check.Findings;
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
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
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
            "Nothing of yours is connected to. Relays send nothing and jobs are not executed: what is written for them",
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

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "Messages, one a line.")
    private Path input;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Quiet.log();
        PrintWriter out = spec.commandLine().getOut();
        Path looked = folder == null ? routes.folder() : folder;
        List<Input> messages = Input.lines(input);
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
            for (int i = 0; i < messages.size(); i++) {
                out.println("%d. %s".formatted(i + 1, messages.get(i).text()));
                Outcome outcome = rehearsal.send(List.of(messages.get(i)));
                dead += outcome.deadLetters().isEmpty() ? 0 : 1;
                out.print(outcome.text());
                out.flush();
            }
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
        out.println("%d messages, %d dead letters".formatted(messages.size(), dead));
        out.flush();
        return dead == 0 ? 0 : 1;
    }
}
