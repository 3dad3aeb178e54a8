package dev.headgate.bench;

import dev.headgate.cli.command.Command;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate bench}: measures; says nothing about right or wrong. */
@CommandLine.Command(
        name = "bench",
        description = "Measure Headgate on embedded servers.",
        subcommands = {
            FlowCommand.class,
            FlowCommand.Relay.class,
            SizeCommand.class,
            DrainCommand.class,
            ObjectsBenchCommand.class,
            JobsBenchCommand.class,
            SpikeCommand.class
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BenchCommand implements Command {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "Missing benchmark: flow, relay, size, drain, objects, jobs or spike");
    }
}
