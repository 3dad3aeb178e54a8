package dev.headgate.cli;

import dev.headgate.cli.command.Command;
import dev.headgate.database.Migrations;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headgate schema}: needs no server. */
@CommandLine.Command(
        name = "schema",
        description = "Print the SQL of Headgate's tables, for those who apply it themselves.",
        footer = {
            "",
            "Use it with headgate.migrate=false:",
            "  headgate schema | psql DATABASE",
            "A start that finds tables of an earlier version says which one --from takes."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SchemaCommand implements Command {

    @Option(
            names = "--from",
            paramLabel = "VERSION",
            defaultValue = "0",
            description = "Print what upgrades tables of that version.")
    private int from;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(Migrations.sql(from));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
