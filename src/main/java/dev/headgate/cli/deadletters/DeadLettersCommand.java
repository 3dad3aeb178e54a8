package dev.headgate.cli.deadletters;

import dev.headgate.cli.command.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate dead-letters}: for people who look at refused messages and decide about them. */
@CommandLine.Command(
        name = "dead-letters",
        description = "List, show, replay, discard and export refused messages, whether Headgate runs or not.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DeadLettersList.class,
            DeadLettersShow.class,
            DeadLettersReplay.class,
            DeadLettersDiscard.class,
            DeadLettersExport.class
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DeadLettersCommand implements Command {

    @Spec
    private CommandSpec spec;

    /** Without a command there is nothing to do. */
    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
