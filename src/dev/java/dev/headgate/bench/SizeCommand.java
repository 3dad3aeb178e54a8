package dev.headgate.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.command.RoutesOption;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate bench size}. */
@CommandLine.Command(
        name = "size",
        description = "The shipped Headgate on a ledger and an outbox that hold many rows already.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SizeCommand implements Callable<Integer> {
    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--rows",
            paramLabel = "N",
            split = ",",
            defaultValue = "0,5000000",
            description = "Rows in each of both tables (default: ${DEFAULT-VALUE}).")
    private List<Long> rows;

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Messages of each backlog (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(names = "--json", description = "Print the result as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (messages < 10_000 || rows.stream().anyMatch(number -> number < 0)) {
            throw new ParameterException(
                    spec.commandLine(), "--messages must be at least 10000 and --rows none below 0");
        }
        Path directory = Files.createTempDirectory("headgate-bench-");
        try {
            SizeResult result =
                    new SizeBench(routes.folder(), messages, spec.commandLine().getErr()::println).run(rows, directory);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? new ObjectMapper().writeValueAsString(result) : result.text());
            out.flush();
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }
}
