package dev.headgate.cli.pipelines;

import dev.headgate.cli.command.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate pipelines}: for people who look at a running process and steer it. */
@CommandLine.Command(
        name = "pipelines",
        description =
                "List and show the pipelines of the running process, pause, resume and set them, reload their files.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PipelinesList.class,
            PipelinesShow.class,
            PipelinesPause.Pause.class,
            PipelinesPause.Resume.class,
            PipelinesSet.class,
            PipelinesReload.class
        },
        footer = {
            "",
            "Asks the process's management server, at the host and port and with the credentials of the settings,",
            "headgate.management.*. What changes something needs headgate.management.write=true there."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PipelinesCommand implements Command {

    @Spec
    private CommandSpec spec;

    /** Without a command there is nothing to do. */
    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
