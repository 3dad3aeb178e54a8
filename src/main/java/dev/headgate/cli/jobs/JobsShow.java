package dev.headgate.cli.jobs;

import dev.headgate.HeadgateException;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.job.JobInfo;
import dev.headgate.job.JobQueues;
import dev.headgate.job.JobSelection;
import dev.headgate.settings.Settings;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headgate jobs show}. */
@CommandLine.Command(name = "show", description = "Show all of one job, its payload and its errors too.")
final class JobsShow extends DatabaseCommand {

    @Parameters(paramLabel = "ID", description = "The id of the job.")
    private long id;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        List<JobInfo> found = new JobQueues(dataSource).find(JobSelection.of(List.of(id)), 1);
        if (found.isEmpty()) {
            throw new HeadgateException("There is no job " + id + ": `headgate jobs list` names them.");
        }
        JobInfo job = found.get(0);
        out().print(json ? JobJson.JSON.pretty(new JobJson.Whole(job)) : JobText.show(job));
        out().flush();
        return 0;
    }
}
