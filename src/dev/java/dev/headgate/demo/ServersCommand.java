package dev.headgate.demo;

import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.demo.ShippedPipeline.From;
import dev.headgate.demo.ShippedPipeline.To;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code headgate servers}: for a Headgate that has none, as that of the image. Ends with its standard input. */
@CommandLine.Command(
        name = "servers",
        hidden = true,
        description = "Start embedded servers for all shipped pipelines, and print the settings that lead to them.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ServersCommand implements Command {
    @Mixin
    private RoutesOption routes;

    @Option(names = "--logical", description = "Let Postgres write a log for logical replication.")
    private boolean logical;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path directory = Files.createTempDirectory("headgate-servers-");
        try (var servers = new DemoServers(directory, logical)) {
            servers.postgres().stopAtExit();
            names(From.KAFKA, "topic", "applied-topic")
                    .forEach(name -> servers.kafka().createTopic(name, 1, Map.of()));
            names(From.SQS, "queue", "applied-queue")
                    .forEach(name -> servers.sqs().createQueue(name, Map.of()));
            servers.s3()
                    .createBucket(settings(From.KAFKA, To.S3)
                            .find("orders-archive.bucket")
                            .orElseThrow());
            PrintWriter out = spec.commandLine().getOut();
            servers.properties().forEach((name, value) -> out.println(name + "=" + value));
            // Nothing comes after it.
            out.println();
            out.flush();
            System.in.transferTo(OutputStream.nullOutputStream());
        } finally {
            DemoCommand.delete(directory);
        }
        return 0;
    }

    private List<String> names(From from, String... settings) {
        Settings shipped = settings(from, To.POSTGRES);
        return List.of(settings).stream()
                .map(setting -> shipped.find("orders." + setting).orElseThrow())
                .toList();
    }

    private Settings settings(From from, To to) {
        return Settings.load(new ShippedPipeline(from, to).in(routes.folder()), null, Map.of());
    }
}
