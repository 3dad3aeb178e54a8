package dev.headgate.bench;

import dev.headgate.app.Headgate;
import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.database.Migrations;
import dev.headgate.demo.DemoServers;
import dev.headgate.demo.ShippedPipeline;
import dev.headgate.demo.ShippedPipeline.From;
import dev.headgate.demo.ShippedPipeline.To;
import dev.headgate.devservices.FreePort;
import dev.headgate.schema.JsonSchemaValidator;
import dev.headgate.schema.SchemaFile;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * Drains one backlog with the plain loop and with the shipped route, without its relay, on the same servers.
 *
 * <p>Both validate each message, run the same four statements and use as many writers; with SQS as many consumers, too.
 * Each is warmed up on a backlog of its own first; tables are emptied in between. There are rounds, in each of which
 * another one begins; the median of each counts. Figures are those between the first commit and the last. Processor time
 * is the one that other load on the machine disturbs least.
 */
final class Drain {

    private static final int BATCH_SIZE = 2000;
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final String BENCHMARK = "the benchmark";
    private static final Map<String, String> UNOBSERVED = Map.of("camel.management.enabled", "false");

    /**
     * @param ratio Headgate's rate, by the plain loop's
     * @param observed Headgate with its management server, its metrics scraped
     * @param ratioObserved its rate, by Headgate's without
     */
    record Result(
            CommitMeter.Reading plain,
            CommitMeter.Reading headgate,
            double ratio,
            CommitMeter.Reading observed,
            double ratioObserved,
            int messages,
            int writers,
            int batchSize,
            int processors) {

        String text() {
            return line("plain loop", plain, "")
                    + line("Headgate", headgate, "   ratio %.2f".formatted(ratio))
                    + line("Headgate, with metrics", observed, "   %.2f of that without".formatted(ratioObserved))
                    + "%,d messages, %d writers, batches of %,d, %d processors"
                            .formatted(messages, writers, batchSize, processors);
        }

        private static String line(String name, CommitMeter.Reading reading, String more) {
            return "%-28s %,8d messages/s   %5.1f us of processor time each%s%n"
                    .formatted(name, reading.perSecond(), reading.cpuMicros(), more);
        }
    }

    /**
     * @param messages to drain each time
     * @param writers threads that write: lanes, and threads of the plain loop
     */
    record Size(int messages, int warmUp, int rounds, int writers) {}

    private interface Contender {
        CommitMeter.Reading drain() throws InterruptedException;
    }

    private final Path routes;
    private final ShippedPipeline pipeline;
    private final Size size;
    private final Consumer<String> progress;

    Drain(Path routes, From from, Size size, Consumer<String> progress) {
        this.routes = routes;
        this.pipeline = new ShippedPipeline(from, To.POSTGRES);
        this.size = size;
        this.progress = progress;
    }

    Result run(Path directory) throws IOException, SQLException, InterruptedException {
        Path copied = directory.resolve("routes");
        FileSystemUtils.copyRecursively(routes, copied);
        Path folder = pipeline.in(copied);
        Files.deleteIfExists(folder.resolve("outbox-relay.camel.yaml"));
        Files.deleteIfExists(folder.resolve("receipts.camel.yaml"));
        try (var servers = new DemoServers(directory)) {
            Backlog<?> backlog =
                    pipeline.from() == From.KAFKA ? new Topics(servers.kafka(), BATCH_SIZE) : new Queues(servers.sqs());
            Settings settings = servers.in(Settings.load(folder, null, Map.of()));
            new Migrations(settings).apply(folder);
            Path schema = copied.resolve("orders.schema.json");
            Consumer<byte[]> validator =
                    new JsonSchemaValidator(new SchemaFile(schema.toString(), Files.readAllBytes(schema)))::validate;
            progress.accept("Warming up ...");
            plain(servers, backlog, "warm-up", size.warmUp, validator);
            headgate(servers, backlog, settings.with(UNOBSERVED, BENCHMARK), folder, "warm-up", size.warmUp);
            Contender plainLoop = () -> plain(servers, backlog, "orders", size.messages, validator);
            Contender headgateRoute = () ->
                    headgate(servers, backlog, settings.with(UNOBSERVED, BENCHMARK), folder, "orders", size.messages);
            Contender observedRoute = () -> observed(servers, backlog, settings, folder, size.messages);
            List<Contender> contenders = List.of(plainLoop, headgateRoute, observedRoute);
            List<List<CommitMeter.Reading>> readings = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int round = 0; round < size.rounds; round++) {
                progress.accept("Round %d of %d ...".formatted(round + 1, size.rounds));
                for (int i = 0; i < contenders.size(); i++) {
                    int next = (round + i) % contenders.size();
                    readings.get(next).add(contenders.get(next).drain());
                }
            }
            CommitMeter.Reading plain = CommitMeter.Reading.median(readings.get(0));
            CommitMeter.Reading headgate = CommitMeter.Reading.median(readings.get(1));
            CommitMeter.Reading observed = CommitMeter.Reading.median(readings.get(2));
            return new Result(
                    plain,
                    headgate,
                    ratio(headgate, plain),
                    observed,
                    ratio(observed, headgate),
                    size.messages,
                    size.writers,
                    BATCH_SIZE,
                    Runtime.getRuntime().availableProcessors());
        }
    }

    private <M extends PlainMessage> CommitMeter.Reading plain(
            DemoServers servers, Backlog<M> backlog, String name, int count, Consumer<byte[]> validator) {
        backlog.fill(name, count);
        var meter = new CommitMeter(count, cpu(servers));
        empty(servers);
        new PlainLoop<>(
                        () -> backlog.feed(name),
                        servers.postgres().dataSource(),
                        SqlFile.ofOrders(),
                        validator,
                        BATCH_SIZE,
                        meter::committed)
                .drain(count, size.writers);
        return meter.reading();
    }

    private CommitMeter.Reading headgate(
            DemoServers servers, Backlog<?> backlog, Settings settings, Path folder, String name, int count)
            throws InterruptedException {
        backlog.fill(name, count);
        var meter = new CommitMeter(count, cpu(servers));
        empty(servers);
        Settings own = settings.with(backlog.properties(name, size.writers), BENCHMARK)
                .with(
                        Map.of(
                                "camel.component.batch.max-size", String.valueOf(BATCH_SIZE),
                                "camel.component.batch.lanes", String.valueOf(size.writers)),
                        BENCHMARK);
        BatchListener listener = new BatchListener() {
            @Override
            public void written(Batch batch, Duration took) {
                meter.committed(batch.getSize());
            }
        };
        try (var headgate = Headgate.start(own, folder, Map.of("meter", listener))) {
            if (!meter.await(LONGEST)) {
                throw new IllegalStateException("Headgate did not drain " + name + " within " + LONGEST + " ("
                        + headgate.camelContext().getStatus() + ")");
            }
        }
        return meter.reading();
    }

    /** As shipped, with everything of the management server, and a Prometheus that asks. */
    private CommitMeter.Reading observed(
            DemoServers servers, Backlog<?> backlog, Settings settings, Path folder, int count)
            throws InterruptedException {
        int port = FreePort.find();
        Map<String, String> management =
                Map.of("camel.management.enabled", "true", "camel.management.port", String.valueOf(port));
        Scraper scraper = Scraper.start(port);
        try {
            return headgate(servers, backlog, settings.with(management, BENCHMARK), folder, "orders", count);
        } finally {
            scraper.close();
        }
    }

    /** Of this JVM, with the broker in it, and of Postgres. */
    static LongSupplier cpu(DemoServers servers) {
        CpuClock own = new CpuClock(ProcessHandle.current().pid());
        CpuClock postgres = new CpuClock(servers.postgres().pid());
        return () -> own.micros() + postgres.micros();
    }

    private static void empty(DemoServers servers) {
        var jdbc = new JdbcTemplate(servers.postgres().dataSource());
        jdbc.execute("truncate orders, headgate.ledger, headgate.outbox, headgate.dead_letter, headgate.job");
        jdbc.execute("checkpoint");
    }

    private static double ratio(CommitMeter.Reading one, CommitMeter.Reading reference) {
        return Math.round(100.0 * one.perSecond() / reference.perSecond()) / 100.0;
    }
}
