package dev.headgate.cli.jobs;

import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.job.JobInfo;
import dev.headgate.job.JobQueues;
import dev.headgate.settings.Settings;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code headgate jobs list}. */
@CommandLine.Command(name = "list", description = "List jobs, the newest first.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class JobsList extends DatabaseCommand {

    @Mixin
    private JobFilter filter;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "Most lines (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    protected void checkUsage() {
        if (limit < 1) {
            throw new ParameterException(spec().commandLine(), "--limit must be 1 or more, found " + limit);
        }
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        List<JobInfo> jobs = new JobQueues(dataSource).find(filter.selection(), limit);
        if (jobs.isEmpty() && !json) {
            say("No jobs match.");
        } else {
            out().print(json ? JobJson.JSON.pretty(jobs) : JobText.list(jobs));
            out().flush();
        }
        if (jobs.size() == limit) {
            say("Only the newest " + limit + "; --limit shows more.");
        }
        return 0;
    }
}
