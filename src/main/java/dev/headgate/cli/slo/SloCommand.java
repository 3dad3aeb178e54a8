package dev.headgate.cli.slo;

import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.SettingsOptions;
import dev.headgate.manage.ManagementAccess;
import dev.headgate.manage.slo.ObjectiveState;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate slo}. */
@CommandLine.Command(
        name = "slo",
        description = "Print how each service level objective stands, of the running process or of all in Prometheus.",
        footer = {
            "",
            "breached: not kept over the last day, or since the start of the process. at risk: kept, but its error",
            "budget burns so fast that one of its alerts is due, or more than it allows waits for longer than 60 s now.",
            "no data: nothing happened that could be counted.",
            "Exit code: 0 if all are ok or without data, 3 if one is at risk, 4 if one is breached; 1 if it is not",
            "known, for nobody answers. Credentials are those of the settings, headgate.management.*."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SloCommand implements Command {

    private static final int AT_RISK = 3;
    private static final int BREACHED = 4;

    @Mixin
    private SettingsOptions options;

    @Option(
            names = "--prometheus",
            paramLabel = "URL",
            description =
                    "Ask this Prometheus, which has the recorded rules of src/monitoring, instead of the process.")
    private @Nullable URI prometheus;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<ObjectiveStatus> statuses = statuses();
        PrintWriter out = spec.commandLine().getOut();
        if (statuses.isEmpty() && !json) {
            spec.commandLine().getErr().println("No pipeline runs there.");
        } else {
            out.print(json ? ObjectiveStatus.json(statuses) : ObjectiveStatus.table(statuses));
            out.flush();
        }
        ObjectiveState worst = statuses.stream()
                .map(ObjectiveStatus::state)
                .max(Comparator.naturalOrder())
                .orElse(ObjectiveState.NO_DATA);
        return switch (worst) {
            case NO_DATA, OK -> 0;
            case AT_RISK -> AT_RISK;
            case BREACHED -> BREACHED;
        };
    }

    private List<ObjectiveStatus> statuses() {
        URI url = prometheus;
        if (url == null) {
            return StatusesOfProcess.ask(ManagementAccess.of(options.load()));
        }
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            throw new ParameterException(
                    spec.commandLine(), "--prometheus expects a URL such as http://localhost:9090, found " + url);
        }
        return StatusesInPrometheus.ask(url);
    }
}
