package dev.headgate.cli.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.cli.command.RunningProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** {@code headgate pipelines reload}. */
@CommandLine.Command(
        name = "reload",
        description =
                "Replace the routes whose YAML, or the SQL and schemas that it names, have changed; a fault leaves"
                        + " the old ones running.",
        footer = {
            "",
            "All is checked first. Then what the old routes have in hand is written and acknowledged, and the new ones",
            "start. The exit code is 1 if a fault has been found. Settings and migrations take a restart."
        })
final class PipelinesReload extends ProcessCommand {

    /** A check, and the time that a stop may take. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private record Answer(List<String> started, List<String> stopped, List<String> refused, List<String> restart) {}

    @Override
    int run(RunningProcess process) {
        JsonNode said = process.execute("Routes", "reload", PATIENCE);
        Answer answer = new Answer(
                texts(said, "started"), texts(said, "stopped"), texts(said, "refused"), texts(said, "restart"));
        if (asJson()) {
            print(JSON.pretty(answer));
        } else {
            answer.refused.forEach(why -> say("headgate: " + why));
            answer.restart.forEach(what -> say("headgate: warning: " + what));
            if (!answer.started.isEmpty()) {
                print("Started: " + String.join(", ", answer.started) + "\n");
            }
            if (!answer.stopped.isEmpty()) {
                print("Stopped: " + String.join(", ", answer.stopped) + "\n");
            }
            if (answer.equals(new Answer(List.of(), List.of(), List.of(), answer.restart))) {
                print("No route has changed.\n");
            }
        }
        return answer.refused.isEmpty() ? 0 : 1;
    }

    private static List<String> texts(JsonNode answer, String field) {
        List<String> texts = new ArrayList<>();
        answer.path(field).forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
