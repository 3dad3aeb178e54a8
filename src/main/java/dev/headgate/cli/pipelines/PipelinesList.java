package dev.headgate.cli.pipelines;

import dev.headgate.cli.command.RunningProcess;
import java.util.List;
import picocli.CommandLine;

/** {@code headgate pipelines list}. */
@CommandLine.Command(
        name = "list",
        description = "List the pipelines: state, rates, lag, what is in flight, why one does not run.")
final class PipelinesList extends ProcessCommand {

    @Override
    int run(RunningProcess process) {
        List<PipelineInfo> pipelines = PipelineInfo.all(process.status());
        if (asJson()) {
            print(JSON.pretty(pipelines));
        } else if (pipelines.isEmpty()) {
            say("No pipeline runs there.");
        } else {
            print(PipelineInfo.table(pipelines));
        }
        return 0;
    }
}
