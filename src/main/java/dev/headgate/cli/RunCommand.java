package dev.headgate.cli;

import dev.headgate.Finding;
import dev.headgate.app.Headgate;
import dev.headgate.app.RoutesCheck;
import dev.headgate.cli.check.Findings;
import dev.headgate.cli.checks.Preflight;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headgate run}: returns when the Camel context was stopped from within; a signal ends the process. */
@CommandLine.Command(
        name = "run",
        description = "Run the routes against the servers named in the configuration.",
        footer = {
            "",
            "Settings come from application.properties in the routes folder; --config overrides it, and",
            "environment variables override both: HEADGATE_DATABASE_URL for headgate.database.url.",
            "SIGTERM and Ctrl-C stop gracefully: what is in flight is finished and acknowledged.",
            "A second one stops at once; what was in flight is then delivered again."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Command {

    @Mixin
    private RoutesOption routes;

    @Option(names = "--config", paramLabel = "FILE", description = "Properties that override those of the routes.")
    private @Nullable Path config;

    @Option(
            names = "--watch",
            description =
                    "Replace routes when their YAML, or the SQL and schemas that it names, change, after a check.")
    private boolean watch;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Path folder = routes.folder();
        List<Finding> findings = RoutesCheck.findings(folder, config, System.getenv(), false);
        Findings.print(
                findings,
                "headgate: ",
                "headgate: warning: ",
                spec.commandLine().getErr());
        if (Findings.refuse(findings)) {
            return 1;
        }
        Settings settings = Settings.load(folder, config, System.getenv());
        try (UntilSignal signal = new UntilSignal()) {
            Preflight.checkServers(settings, folder);
            Headgate headgate = Headgate.start(settings, folder);
            if (watch) {
                headgate.watch();
            }
            signal.await(headgate);
        }
        return 0;
    }
}
