package dev.headgate.bench;

import dev.headgate.app.Headgate;
import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.cli.command.TextTable;
import dev.headgate.database.Migrations;
import dev.headgate.demo.DemoServers;
import dev.headgate.demo.KafkaSource;
import dev.headgate.demo.OrderGenerator;
import dev.headgate.demo.OrderMessage;
import dev.headgate.demo.ShippedPipeline;
import dev.headgate.demo.ShippedPipeline.From;
import dev.headgate.demo.ShippedPipeline.To;
import dev.headgate.demo.Trouble;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * Archives one backlog in each format with the shipped route, on embedded servers in this process. Figures begin with the
 * commit of the first batch, which is left out, and end with that of the last.
 */
final class ObjectsBench {
    /** Of the shipped settings; a multiple of it leaves no batch that waits for more. */
    static final int BATCH_SIZE = 50_000;

    private static final String TOPIC = "orders";
    private static final List<String> FORMATS = List.of("ndjson.gz", "ndjson.zst", "parquet");
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final double MEBIBYTE = 1 << 20;

    /**
     * One format.
     *
     * @param megabytesPerSecond of payloads, in units of 2^20 bytes
     * @param cpuMicros processor time a message, in microseconds, of everything on the machine that takes part
     * @param storedBytes of an object, for each of its messages
     */
    record Reading(String format, long perSecond, double megabytesPerSecond, double cpuMicros, double storedBytes) {}

    /** @param payloadBytes of a message, on average */
    record Result(int messages, double payloadBytes, int batchSize, int processors, List<Reading> formats) {
        String text() {
            return "%,d messages of %.0f bytes, batches of %,d, %d processors%n%n"
                            .formatted(messages, payloadBytes, batchSize, processors)
                    + new TextTable<Reading>()
                            .column("FORMAT", 20, Reading::format)
                            .column("MESSAGES", 20, reading -> "%,d/s".formatted(reading.perSecond()))
                            .column("PAYLOADS", 20, reading -> "%.1f MB/s".formatted(reading.megabytesPerSecond()))
                            .column("CPU EACH", 20, reading -> "%.1f us".formatted(reading.cpuMicros()))
                            .column("STORED EACH", 20, reading -> "%.0f bytes".formatted(reading.storedBytes()))
                            .text(formats);
        }
    }

    private final Path routes;
    private final int messages;
    private final Consumer<String> progress;

    /** @param messages a multiple of {@link #BATCH_SIZE} */
    ObjectsBench(Path routes, int messages, Consumer<String> progress) {
        this.routes = routes;
        this.messages = messages;
        this.progress = progress;
    }

    Result run(Path directory) throws IOException, InterruptedException {
        Path copied = directory.resolve("routes");
        FileSystemUtils.copyRecursively(routes, copied);
        Path folder = new ShippedPipeline(From.KAFKA, To.S3).in(copied);
        try (var servers = new DemoServers(directory)) {
            servers.kafka().createTopic(TOPIC, BenchServers.PARTITIONS, Map.of());
            servers.s3();
            Settings settings = servers.in(Settings.load(folder, null, Map.of()));
            servers.s3().createBucket(settings.find("orders-archive.bucket").orElseThrow());
            new Migrations(settings).apply(folder);
            double payloadBytes = fill(servers) / (double) messages;
            progress.accept("Warming up ...");
            archive(servers, settings, folder, "warm-up", FORMATS.get(0), 2 * BATCH_SIZE);
            List<Reading> readings = new ArrayList<>();
            for (String format : FORMATS) {
                progress.accept(format + " ...");
                CommitMeter.Reading reading = archive(servers, settings, folder, format, format, messages);
                readings.add(new Reading(
                        format,
                        reading.perSecond(),
                        Flow.tenths(reading.perSecond() * payloadBytes / MEBIBYTE),
                        reading.cpuMicros(),
                        stored(servers)));
            }
            return new Result(
                    messages,
                    Flow.tenths(payloadBytes),
                    BATCH_SIZE,
                    Runtime.getRuntime().availableProcessors(),
                    readings);
        }
    }

    /** Returns the bytes of all payloads. */
    private long fill(DemoServers servers) {
        var generator = new OrderGenerator(Inflow.BACKLOG, Trouble.NONE);
        long bytes = 0;
        try (var source = new KafkaSource(servers.kafka().bootstrapServers(), TOPIC, TOPIC)) {
            for (int sent = 0; sent < messages; sent++) {
                OrderMessage order = generator.next();
                bytes += order.bytes().length;
                source.send(order);
            }
            source.flush();
        }
        return bytes;
    }

    private static CommitMeter.Reading archive(
            DemoServers servers, Settings settings, Path folder, String group, String format, int count)
            throws InterruptedException {
        var jdbc = new JdbcTemplate(servers.postgres().dataSource());
        jdbc.execute("truncate headgate.ledger, headgate.object_manifest");
        jdbc.execute("checkpoint");
        var meter = new CommitMeter(count, Drain.cpu(servers));
        BatchListener listener = new BatchListener() {
            @Override
            public void written(Batch batch, Duration took) {
                meter.committed(batch.getSize());
            }
        };
        Settings own = settings.with(
                Map.of(
                        "orders-archive.topic",
                        TOPIC,
                        "orders-archive.group",
                        group,
                        "camel.component.objects.layout",
                        "{pipeline}/{yyyy}/{batchId}." + format,
                        "camel.component.objects.schema",
                        "../orders.schema.json",
                        "camel.management.enabled",
                        "false"),
                "the benchmark");
        try (var headgate = Headgate.start(own, folder, Map.of("meter", listener))) {
            if (!meter.await(LONGEST)) {
                throw new IllegalStateException("Headgate did not archive " + format + " within " + LONGEST + " ("
                        + headgate.camelContext().getStatus() + ")");
            }
        }
        return meter.reading();
    }

    private static double stored(DemoServers servers) {
        return Flow.tenths(Objects.requireNonNull(new JdbcTemplate(
                        servers.postgres().dataSource())
                .queryForObject("select sum(bytes) / sum(messages) from headgate.object_manifest", Double.class)));
    }
}
