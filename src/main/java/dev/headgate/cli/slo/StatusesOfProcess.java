package dev.headgate.cli.slo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.cli.command.RunningProcess;
import dev.headgate.manage.ManagementAccess;
import dev.headgate.manage.slo.Errors;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.slo.ObjectiveState;
import dev.headgate.manage.slo.Window;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Asks the management server of the running process, what its status page reads too. */
final class StatusesOfProcess {

    private StatusesOfProcess() {}

    static List<ObjectiveStatus> ask(ManagementAccess access) {
        return statuses(new RunningProcess(access).status());
    }

    private static List<ObjectiveStatus> statuses(JsonNode status) {
        List<ObjectiveStatus> statuses = new ArrayList<>();
        for (JsonNode pipeline : status.path("pipelines")) {
            for (JsonNode objective : pipeline.path("objectives")) {
                Map<Window, Double> ratios = new EnumMap<>(Window.class);
                for (Window window : Window.values()) {
                    ratios.put(
                            window,
                            objective.path("errorRatio").path(window.toString()).asDouble(Double.NaN));
                }
                statuses.add(new ObjectiveStatus(
                        pipeline.path("name").asText(),
                        Objective.valueOf(constant(objective.path("name"))),
                        ObjectiveState.valueOf(constant(objective.path("state"))),
                        new Errors(ratios)));
            }
        }
        return statuses;
    }

    private static String constant(JsonNode name) {
        return name.asText().toUpperCase(Locale.ROOT).replace(' ', '_');
    }
}
