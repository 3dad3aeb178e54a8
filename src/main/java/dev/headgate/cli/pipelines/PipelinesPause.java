package dev.headgate.cli.pipelines;

import dev.headgate.cli.command.RunningProcess;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Whether an operator keeps pipelines from taking messages. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
abstract class PipelinesPause extends ProcessCommand {

    @Parameters(paramLabel = "PIPELINE", arity = "1..*", description = "The routes that consume their sources.")
    private List<String> names;

    private final String operation;

    private record Answer(String pipeline, boolean paused) {}

    PipelinesPause(String operation) {
        this.operation = operation;
    }

    /** {@code headgate pipelines pause}. */
    @CommandLine.Command(
            name = "pause",
            description =
                    "Take nothing more from the sources, until resume or the end of the process; what is in flight"
                            + " is written and acknowledged.")
    static final class Pause extends PipelinesPause {
        Pause() {
            super("pause");
        }
    }

    /** {@code headgate pipelines resume}. */
    @CommandLine.Command(name = "resume", description = "End the pause that an operator has made.")
    static final class Resume extends PipelinesPause {
        Resume() {
            super("resume");
        }
    }

    /** All are known before the first is told. */
    @Override
    int run(RunningProcess process) {
        List<PipelineInfo> all = PipelineInfo.all(process.status());
        names.forEach(name -> pipeline(all, name));
        boolean paused = operation.equals("pause");
        for (String name : names) {
            process.execute("Pipeline-" + name, operation);
            print(
                    asJson()
                            ? JSON.line(new Answer(name, paused))
                            : "The pipeline " + name + (paused ? " is paused.\n" : " is resumed.\n"));
        }
        return 0;
    }
}
