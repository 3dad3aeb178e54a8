package dev.headgate.cli;

import dev.headgate.cli.check.CheckCommand;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.Failures;
import dev.headgate.cli.command.ShownText;
import dev.headgate.cli.deadletters.DeadLettersCommand;
import dev.headgate.cli.jobs.JobsCommand;
import dev.headgate.cli.objects.ObjectsCommand;
import dev.headgate.cli.pipelines.PipelinesCommand;
import dev.headgate.cli.positions.PositionsCommand;
import dev.headgate.cli.scaffold.NewCommand;
import dev.headgate.cli.slo.SloCommand;
import dev.headgate.cli.verify.VerifyCommand;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The entry point: {@code headgate}. */
@CommandLine.Command(
        name = "headgate",
        description =
                "Camel routes that bring messages from Kafka or SQS into Postgres or S3, each taking effect exactly once.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Main.Version.class,
        subcommands = {
            RunCommand.class,
            NewCommand.class,
            CheckCommand.class,
            PipelinesCommand.class,
            DeadLettersCommand.class,
            JobsCommand.class,
            ObjectsCommand.class,
            PositionsCommand.class,
            VerifyCommand.class,
            HawtioCommand.class,
            SloCommand.class,
            SchemaCommand.class
        },
        footer = {"", "`headgate COMMAND --help` tells more about a command."})
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets and reads the fields
public final class Main implements Runnable {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of a failure.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    public static void main(String... arguments) {
        System.exit(run(writer(System.out), writer(System.err), arguments));
    }

    /**
     * Runs one command.
     *
     * @return the exit code: 0 if all went well, 1 if it failed, 2 if the usage was wrong, others as the command says
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine = new CommandLine(new Main());
        ServiceLoader.load(Command.class).forEach(commandLine::addSubcommand);
        Failures failures = new Failures();
        return commandLine
                .setUsageHelpWidth(110)
                .setCaseInsensitiveEnumValuesAllowed(true)
                // Its colors would be shown, not obeyed.
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setOut(ShownText.to(out))
                .setErr(ShownText.to(err))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .execute(arguments);
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"headgate " + (version == null ? "dev" : version)};
        }
    }
}
