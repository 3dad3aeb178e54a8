package dev.headgate.cli;

import dev.headgate.job.JobQueues;
import dev.headgate.job.JobSelection;
import dev.headgate.settings.Settings;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** What is decided about jobs that are named by id or chosen by a filter. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
abstract class JobsDecision extends DatabaseCommand {

    @Parameters(paramLabel = "ID", description = "The ids of jobs.")
    private List<Long> ids = List.of();

    @Mixin
    private JobFilter filter;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** {@code headgate jobs retry}. */
    @CommandLine.Command(
            name = "retry",
            description = "Make jobs available now, with one more attempt if they have none left.")
    static final class Retry extends JobsDecision {
        @Override
        long decide(JobQueues queues, JobSelection selection) {
            return queues.retry(selection);
        }

        @Override
        String done() {
            return "Retried";
        }
    }

    /** {@code headgate jobs cancel}. */
    @CommandLine.Command(
            name = "cancel",
            description = "Cancel jobs that have not ended; the handlers of those that execute are interrupted.")
    static final class Cancel extends JobsDecision {
        @Override
        long decide(JobQueues queues, JobSelection selection) {
            return queues.cancel(selection);
        }

        @Override
        String done() {
            return "Cancelled";
        }
    }

    abstract long decide(JobQueues queues, JobSelection selection);

    /** For the line about it. */
    abstract String done();

    @Override
    final void checkUsage() {
        if (ids.isEmpty() && filter.isEmpty()) {
            throw new ParameterException(spec().commandLine(), "Name ids, --queue or --state");
        }
    }

    @Override
    final int run(Settings settings, DataSource dataSource) {
        long count = decide(new JobQueues(dataSource), filter.selection(ids));
        if (json) {
            out().println("{\"jobs\": " + count + "}");
        } else {
            out().println(done() + " " + count + (count == 1 ? " job." : " jobs."));
        }
        out().flush();
        return 0;
    }
}
