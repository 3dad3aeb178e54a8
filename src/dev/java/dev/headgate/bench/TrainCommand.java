package dev.headgate.bench;

import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.devservices.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/**
 * {@code headgate train}: what the launcher wants to have learned by a run of the shipped pipeline, with its relay, its
 * receipts and its metrics. The launcher says to the JVM of that run where to leave it.
 */
@CommandLine.Command(
        name = "train",
        hidden = true,
        description = "Run the shipped pipeline on embedded servers, so that starts are fast from then on.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TrainCommand implements Command {
    private static final String NAME = "train";
    private static final String TARGET = "applied";

    /** Enough for the compiler to have looked at each step. */
    private static final int MESSAGES = 20_000;

    @Mixin
    private RoutesOption routes;

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("headgate-train-");
        try (var servers = BenchServers.start(directory, routes.folder(), false)) {
            int port = FreePort.find();
            Map<String, String> settings = servers.properties(NAME);
            settings.putAll(Map.of(
                    "orders.topic", NAME,
                    "orders.group", NAME,
                    "orders.applied-topic", TARGET,
                    "camel.management.port", String.valueOf(port)));
            servers.createDatabase(NAME);
            servers.createTargetTopic(TARGET);
            var inflow = new TopicInflow();
            inflow.create(servers, NAME);
            inflow.backlog(servers, NAME, Inflow.BACKLOG, MESSAGES);
            try (var process = Contender.HEADGATE.start(
                            directory.resolve("log"),
                            routes.folder(),
                            Flow.written(settings, directory.resolve("properties")));
                    var scraper = Scraper.start(port)) {
                servers.await(TARGET, MESSAGES, process);
                if (scraper.readyAt().isEmpty()) {
                    throw new IllegalStateException("It took all messages and was not ready");
                }
            }
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
        return 0;
    }
}
