package dev.headgate.cli.objects;

import dev.headgate.cli.command.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate objects}: for people who look at the manifest, and who clean the bucket. */
@CommandLine.Command(
        name = "objects",
        description = "List the objects that the manifest names, and sweep away those that it does not.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ObjectsList.class, ObjectsSweep.class})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ObjectsCommand implements Command {

    @Spec
    private CommandSpec spec;

    /** Without a command there is nothing to do. */
    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
