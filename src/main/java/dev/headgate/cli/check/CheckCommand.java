package dev.headgate.cli.check;

import dev.headgate.Finding;
import dev.headgate.app.RoutesCheck;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.RoutesOption;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headgate check}: exit code 0 if it would start, 1 if not. */
@CommandLine.Command(
        name = "check",
        aliases = "validate",
        description = "Look through a folder of routes without running it, and say all that is wrong.",
        footer = {
            "",
            "It reads routes, settings, SQL and JSON Schemas, and connects to nothing. An error would end the start;",
            "a warning may be what is meant. `headgate run` looks at the same before it starts."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CheckCommand implements Command {

    private static final String LOG_LEVEL = "headgate.log.level";

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder of the routes (default: that of --routes).")
    private @Nullable Path folder;

    @Mixin
    private RoutesOption routes;

    @Option(names = "--config", paramLabel = "FILE", description = "Properties that override those of the routes.")
    private @Nullable Path config;

    @Option(
            names = "--database",
            description =
                    "Ask the database of the settings, too: for migrations that are not applied, and whether it can"
                            + " run the SQL; nothing is executed.")
    private boolean database;

    @Option(names = "--json", description = "Print a list for programs.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    public CheckCommand() {}

    @Override
    public Integer call() {
        if (System.getProperty(LOG_LEVEL) == null) {
            // What Camel logs of what it is asked is said in better words.
            System.setProperty(LOG_LEVEL, "OFF");
        }
        Path looked = folder == null ? routes.folder() : folder;
        List<Finding> findings = RoutesCheck.findings(looked, config, System.getenv(), database);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(
                    new JsonText().pretty(findings.stream().map(Findings::near).toList()));
        } else {
            Findings.print(findings, "error: ", "warning: ", out);
            out.println(summary(looked, findings));
        }
        out.flush();
        return Findings.refuse(findings) ? 1 : 0;
    }

    private static String summary(Path looked, List<Finding> findings) {
        long warnings = findings.stream().filter(Finding::warning).count();
        long errors = findings.size() - warnings;
        return "%s: %s, %s".formatted(looked, count(errors, "error"), count(warnings, "warning"));
    }

    private static String count(long number, String what) {
        return number == 0 ? "no " + what + "s" : number + " " + what + (number == 1 ? "" : "s");
    }
}
