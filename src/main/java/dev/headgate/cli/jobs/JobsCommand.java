package dev.headgate.cli.jobs;

import dev.headgate.cli.command.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate jobs}: for people who look at jobs and decide about them. */
@CommandLine.Command(
        name = "jobs",
        description =
                "List, show, enqueue, retry and cancel jobs, pause and resume queues, whether Headgate runs or not.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            JobsList.class,
            JobsShow.class,
            JobsQueues.class,
            JobsEnqueue.class,
            JobsDecision.Retry.class,
            JobsDecision.Cancel.class,
            JobsPause.Pause.class,
            JobsPause.Resume.class
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class JobsCommand implements Command {

    @Spec
    private CommandSpec spec;

    /** Without a command there is nothing to do. */
    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
