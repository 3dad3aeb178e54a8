package dev.headgate.cli.jobs;

import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.job.JobQueues;
import dev.headgate.job.QueueInfo;
import dev.headgate.settings.Settings;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code headgate jobs queues}. */
@CommandLine.Command(name = "queues", description = "List queues: their jobs by state, lag, pause and next run.")
final class JobsQueues extends DatabaseCommand {

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        List<QueueInfo> queues = new JobQueues(dataSource).queues();
        if (queues.isEmpty() && !json) {
            say("There are no queues.");
        } else {
            out().print(
                            json
                                    ? JobJson.JSON.pretty(queues.stream()
                                            .map(JobJson.Queue::of)
                                            .toList())
                                    : JobText.queues(queues));
            out().flush();
        }
        return 0;
    }
}
