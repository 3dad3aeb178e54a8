package dev.headgate.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.RoutesOption;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate bench drain}. */
@CommandLine.Command(
        name = "drain",
        description = "Drain a preloaded topic with a plain consumer loop and with the shipped route, and compare.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DrainCommand implements Callable<Integer> {

    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Messages of about 260 bytes to preload (default: 500000).")
    private int messages;

    @Option(
            names = "--writers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Threads that write: lanes, and threads of the plain loop (default: 2).")
    private int writers;

    @Option(names = "--json", description = "Print the result as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (messages < 10_000 || writers < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--messages must be at least 10000 and --writers at least 1");
        }
        Path directory = Files.createTempDirectory("headgate-bench-");
        try {
            Drain.Result result = new Drain(routes.folder(), messages, writers, this::progress).run(directory);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? new ObjectMapper().writeValueAsString(result) : result.text());
            out.flush();
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private void progress(String line) {
        spec.commandLine().getErr().println(line);
    }
}
