package dev.headgate.cli.jobs;

import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.job.JobQueues;
import dev.headgate.settings.Settings;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whether a queue is paused, for all processes. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
abstract class JobsPause extends DatabaseCommand {

    @Parameters(paramLabel = "QUEUE", description = "The queue.")
    private String queue;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** {@code headgate jobs pause}. */
    @CommandLine.Command(name = "pause", description = "Pause a queue in all processes; jobs that execute go on.")
    static final class Pause extends JobsPause {
        @Override
        boolean change(JobQueues queues, String queue) {
            if (queues.queues().stream().noneMatch(known -> known.queue().equals(queue))) {
                say("Nothing is known of a queue " + queue + ": if that is not its name, resume it.");
            }
            queues.pause(queue);
            return true;
        }
    }

    /** {@code headgate jobs resume}. */
    @CommandLine.Command(name = "resume", description = "End the pause of a queue.")
    static final class Resume extends JobsPause {
        @Override
        boolean change(JobQueues queues, String queue) {
            if (!queues.resume(queue)) {
                say("It was not paused.");
            }
            return false;
        }
    }

    /** Whether it is paused now. */
    abstract boolean change(JobQueues queues, String queue);

    @Override
    protected final int run(Settings settings, DataSource dataSource) {
        boolean paused = change(new JobQueues(dataSource), queue);
        out().print(
                        json
                                ? JobJson.JSON.line(new JobJson.Pause(queue, paused))
                                : "The queue " + queue + (paused ? " is paused.\n" : " is resumed.\n"));
        out().flush();
        return 0;
    }
}
