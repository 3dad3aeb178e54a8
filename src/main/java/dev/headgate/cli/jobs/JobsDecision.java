package dev.headgate.cli.jobs;

import dev.headgate.HeadgateException;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.job.JobInfo;
import dev.headgate.job.JobQueues;
import dev.headgate.job.JobSelection;
import dev.headgate.job.JobState;
import dev.headgate.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
        boolean allows(JobState state) {
            return state != JobState.AVAILABLE && state != JobState.EXECUTING;
        }

        @Override
        String done() {
            return "retried";
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
        boolean allows(JobState state) {
            return !state.isEnd();
        }

        @Override
        String done() {
            return "cancelled";
        }
    }

    /** Decides about the jobs whose state allows it, and says how many these are. */
    abstract long decide(JobQueues queues, JobSelection selection);

    abstract boolean allows(JobState state);

    /** What has become of the jobs, in one word. */
    abstract String done();

    @Override
    protected final void checkUsage() {
        if (ids.isEmpty() == filter.isEmpty()) {
            throw new ParameterException(
                    spec().commandLine(),
                    ids.isEmpty() ? "Name ids, --queue or --state" : "Name ids, or --queue and --state, not both");
        }
    }

    @Override
    protected final int run(Settings settings, DataSource dataSource) {
        JobQueues queues = new JobQueues(dataSource);
        check(queues);
        long count = decide(queues, ids.isEmpty() ? filter.selection() : JobSelection.of(ids));
        out().print(
                        json
                                ? JobJson.JSON.line(Map.of("jobs", count))
                                : count + (count == 1 ? " job is " : " jobs are ") + done() + ".\n");
        out().flush();
        return 0;
    }

    /** Who names a job means it: all of them or none. */
    private void check(JobQueues queues) {
        Map<Long, JobState> states = ids.isEmpty()
                ? Map.of()
                : queues.find(JobSelection.of(ids), ids.size()).stream()
                        .collect(Collectors.toMap(JobInfo::id, JobInfo::state));
        for (Long id : ids) {
            JobState state = states.get(id);
            if (state == null) {
                throw new HeadgateException("There is no job " + id + "; none was " + done() + ".");
            }
            if (!allows(state)) {
                throw new HeadgateException(
                        "Job " + id + " is " + state + ", and cannot be " + done() + "; none was " + done() + ".");
            }
        }
    }
}
