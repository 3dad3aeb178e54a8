package dev.headgate.cli.positions;

import dev.headgate.cli.command.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate positions}: for people who look how far partitions are applied, and have them applied again. */
@CommandLine.Command(
        name = "positions",
        description =
                "List how far each partition of Kafka is applied, move positions of a pipeline that is stopped, and delete those that nobody reads.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {PositionsList.class, PositionsSet.class, PositionsRewind.class, PositionsDelete.class})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PositionsCommand implements Command {

    @Spec
    private CommandSpec spec;

    /** Without a command there is nothing to do. */
    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
