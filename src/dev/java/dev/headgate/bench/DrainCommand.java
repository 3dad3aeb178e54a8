package dev.headgate.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.demo.ShippedPipeline.From;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        description =
                "Drain a preloaded topic or queue with a plain consumer loop and with the shipped route, and compare.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DrainCommand implements Callable<Integer> {

    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            defaultValue = "kafka",
            description = "What is drained: ${COMPLETION-CANDIDATES} (default: kafka).")
    private From source;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "Messages of about 260 bytes to preload (default: 500000; with sqs 50000).")
    private @Nullable Integer messages;

    @Option(
            names = "--writers",
            paramLabel = "N",
            description =
                    "Threads that write: lanes, and threads of the plain loop, with sqs also consumers (default: 2;"
                            + " with sqs 4).")
    private @Nullable Integer writers;

    @Option(names = "--json", description = "Print the result as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Drain.Size size = size();
        if (size.messages() < 10_000 || size.writers() < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--messages must be at least 10000 and --writers at least 1");
        }
        Path directory = Files.createTempDirectory("headgate-bench-");
        try {
            Drain.Result result = new Drain(routes.folder(), source, size, this::progress).run(directory);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? new ObjectMapper().writeValueAsString(result) : result.text());
            out.flush();
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    /** An embedded SQS is slower than a broker. */
    private Drain.Size size() {
        return source == From.KAFKA
                ? new Drain.Size(orElse(messages, 500_000), 500_000, 3, orElse(writers, 2))
                : new Drain.Size(orElse(messages, 50_000), 10_000, 1, orElse(writers, 4));
    }

    private static int orElse(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private void progress(String line) {
        spec.commandLine().getErr().println(line);
    }
}
