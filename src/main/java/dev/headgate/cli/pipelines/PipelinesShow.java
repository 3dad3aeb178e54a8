package dev.headgate.cli.pipelines;

import dev.headgate.cli.command.RunningProcess;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code headgate pipelines show}. */
@CommandLine.Command(name = "show", description = "Show all of one pipeline, with what can be set while it runs.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PipelinesShow extends ProcessCommand {

    @Parameters(paramLabel = "PIPELINE", description = "The route that consumes its source.")
    private String name;

    @Override
    int run(RunningProcess process) {
        PipelineInfo pipeline = pipeline(process, name);
        print(asJson() ? JSON.pretty(pipeline) : pipeline.details());
        return 0;
    }
}
