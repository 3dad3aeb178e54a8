package dev.headgate.demo;

import dev.headgate.app.RouteFiles;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.demo.ShippedPipeline.Format;
import dev.headgate.demo.ShippedPipeline.From;
import dev.headgate.demo.ShippedPipeline.To;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate demo}: exit code 0 if the account reconciles, 1 if not. */
@CommandLine.Command(
        name = "demo",
        description = "Run a shipped pipeline on embedded servers and generated orders, and check what became of them.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DemoCommand implements Command {
    private static final Duration UNTIL_STOPPED = Duration.ofDays(365);

    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            defaultValue = "kafka",
            description = "Where the orders come from: ${COMPLETION-CANDIDATES} (default: kafka).")
    private From source;

    @Option(
            names = "--sink",
            paramLabel = "SINK",
            defaultValue = "postgres",
            description = "Where the orders go: ${COMPLETION-CANDIDATES} (default: postgres).")
    private To sink;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "json",
            description =
                    "What the messages are: ${COMPLETION-CANDIDATES} (default: json). Avro, of a schema registry, comes"
                            + " from kafka and goes to postgres, and its outbox entries are Avro, too.")
    private Format format;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Orders per second (default: 2000).")
    private int rate;

    @Option(names = "--seconds", paramLabel = "N", description = "How long to produce (default: until Ctrl-C).")
    private @Nullable Integer seconds;

    @Option(names = "--keep", description = "Keep the servers' data and print where it is.")
    private boolean keep;

    @Option(names = "--json", description = "Print the account as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        requirePositive("--rate", rate);
        requirePositive("--seconds", seconds == null ? 1 : seconds);
        if (format == Format.AVRO && (source != From.KAFKA || sink != To.POSTGRES)) {
            throw new ParameterException(
                    spec.commandLine(), "--format avro is for --source kafka and --sink postgres: leave these out");
        }
        var pipeline = new ShippedPipeline(source, sink, format);
        Path folder = pipeline.in(routes.folder());
        RouteFiles.check(folder);
        Settings settings = Settings.load(folder, null, Map.of());
        var signal = new StopSignal();
        try {
            Account account = run(pipeline, folder, settings, signal.stop());
            spec.commandLine().getOut().print(json ? account.json() + "\n" : account.text());
            spec.commandLine().getOut().flush();
            return signal.finished(account.reconciles() ? 0 : 1);
        } catch (Exception failure) {
            signal.failed(spec.commandLine().getErr(), failure);
            throw failure;
        }
    }

    private Account run(ShippedPipeline pipeline, Path folder, Settings settings, CountDownLatch stop)
            throws Exception {
        Path directory = Files.createTempDirectory("headgate-demo-");
        try (var servers = new DemoServers(directory)) {
            Duration atMost = seconds == null ? UNTIL_STOPPED : Duration.ofSeconds(seconds);
            return new Demo(servers, pipeline, settings, this::tell).run(folder, rate, stop, atMost);
        } finally {
            if (keep) {
                tell("Kept        " + directory);
            } else {
                delete(directory);
            }
        }
    }

    private void tell(String line) {
        var writer = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        writer.println(line);
        writer.flush();
    }

    private void requirePositive(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, found " + value);
        }
    }

    static void delete(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }
}
