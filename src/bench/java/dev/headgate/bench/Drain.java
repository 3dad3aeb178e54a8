package dev.headgate.bench;

import dev.headgate.app.Headgate;
import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.database.Migrations;
import dev.headgate.demo.DemoServers;
import dev.headgate.schema.JsonSchemaValidator;
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
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * Drains one topic with the plain loop and with the shipped route, without its relay, on the same servers.
 *
 * <p>Both validate each message, run the same four statements and use as many writers. Each is warmed up on a topic of
 * its own first; tables are emptied in between. There are three rounds, in each of which another one begins; the median of
 * each counts. Figures are those between the first commit and the last. Processor time is the one
 * that other load on the machine disturbs least.
 */
final class Drain {

    private static final int PARTITIONS = 4;
    private static final int WARM_UP = 200_000;
    private static final int ROUNDS = 3;
    private static final int BATCH_SIZE = 2000;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /**
     * @param unvalidated the plain loop when it does without the validation
     * @param ratio Headgate's rate, by the plain loop's
     */
    record Result(
            CommitMeter.Reading plain,
            CommitMeter.Reading headgate,
            double ratio,
            CommitMeter.Reading unvalidated,
            double ratioToUnvalidated,
            int messages,
            int writers,
            int batchSize,
            int processors) {

        String text() {
            return line("plain loop", plain, "")
                    + line("Headgate", headgate, "   ratio %.2f".formatted(ratio))
                    + line("plain loop, not validating", unvalidated, "   ratio %.2f".formatted(ratioToUnvalidated))
                    + "%,d messages, %d writers, batches of %,d, %d processors"
                            .formatted(messages, writers, batchSize, processors);
        }

        private static String line(String name, CommitMeter.Reading reading, String more) {
            return "%-28s %,8d messages/s   %5.1f us of processor time each%s%n"
                    .formatted(name, reading.perSecond(), reading.cpuMicros(), more);
        }
    }

    private interface Contender {
        CommitMeter.Reading drain() throws InterruptedException;
    }

    private final Path routes;
    private final int messages;
    private final int writers;
    private final Consumer<String> progress;

    Drain(Path routes, int messages, int writers, Consumer<String> progress) {
        this.routes = routes;
        this.messages = messages;
        this.writers = writers;
        this.progress = progress;
    }

    Result run(Path directory) throws IOException, SQLException, InterruptedException {
        Path withoutRelay = directory.resolve("routes");
        FileSystemUtils.copyRecursively(routes, withoutRelay);
        Files.deleteIfExists(withoutRelay.resolve("outbox-relay.camel.yaml"));
        Files.deleteIfExists(withoutRelay.resolve("receipts.camel.yaml"));
        try (var servers = DemoServers.start(directory)) {
            Settings settings = servers.in(Settings.load(withoutRelay, null, Map.of()));
            new Migrations(settings).apply(withoutRelay);
            preload(servers, "warm-up", WARM_UP);
            preload(servers, "orders", messages);
            Consumer<byte[]> validator = new JsonSchemaValidator(
                    withoutRelay.resolve("orders.schema.json").toString())::validate;
            progress.accept("Warming up ...");
            plain(servers, withoutRelay, "warm-up", WARM_UP, validator);
            headgate(servers, settings, withoutRelay, "warm-up", WARM_UP);
            Contender plainLoop = () -> plain(servers, withoutRelay, "orders", messages, validator);
            Contender headgateRoute = () -> headgate(servers, settings, withoutRelay, "orders", messages);
            Contender unvalidatedLoop = () -> plain(servers, withoutRelay, "orders", messages, bytes -> {});
            List<Contender> contenders = List.of(plainLoop, headgateRoute, unvalidatedLoop);
            List<List<CommitMeter.Reading>> readings = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int round = 0; round < ROUNDS; round++) {
                progress.accept("Round %d of %d ...".formatted(round + 1, ROUNDS));
                for (int i = 0; i < contenders.size(); i++) {
                    int next = (round + i) % contenders.size();
                    readings.get(next).add(contenders.get(next).drain());
                }
            }
            CommitMeter.Reading plain = CommitMeter.Reading.median(readings.get(0));
            CommitMeter.Reading headgate = CommitMeter.Reading.median(readings.get(1));
            CommitMeter.Reading unvalidated = CommitMeter.Reading.median(readings.get(2));
            return new Result(
                    plain,
                    headgate,
                    ratio(headgate, plain),
                    unvalidated,
                    ratio(headgate, unvalidated),
                    messages,
                    writers,
                    BATCH_SIZE,
                    Runtime.getRuntime().availableProcessors());
        }
    }

    private void preload(DemoServers servers, String topic, int count) {
        progress.accept("Preloading %,d messages into %s ...".formatted(count, topic));
        servers.kafka().createTopic(topic, PARTITIONS, Map.of());
        Preload.run(servers.kafka().bootstrapServers(), topic, count);
    }

    private CommitMeter.Reading plain(
            DemoServers servers, Path folder, String topic, int count, Consumer<byte[]> validator) {
        var meter = new CommitMeter(count, new CpuClock(servers.postgres().pid()));
        empty(servers);
        new PlainLoop(
                        servers.kafka().bootstrapServers(),
                        topic,
                        servers.postgres().dataSource(),
                        List.of(
                                SqlFile.read(folder.resolve("sql/orders-state.sql")),
                                SqlFile.read(folder.resolve("sql/orders-outbox.sql")),
                                SqlFile.read(folder.resolve("sql/orders-receipts.sql"))),
                        validator,
                        BATCH_SIZE,
                        meter::committed)
                .drain("plain-" + topic + "-" + System.nanoTime(), count, writers);
        return meter.reading();
    }

    private CommitMeter.Reading headgate(DemoServers servers, Settings settings, Path folder, String topic, int count)
            throws InterruptedException {
        var meter = new CommitMeter(count, new CpuClock(servers.postgres().pid()));
        empty(servers);
        Settings own = settings.with(
                Map.of(
                        "camel.management.enabled",
                        "false",
                        "orders.topic",
                        topic,
                        "orders.group",
                        "headgate-" + topic + "-" + System.nanoTime(),
                        "orders.batch.max-size",
                        String.valueOf(BATCH_SIZE),
                        "orders.batch.lanes",
                        String.valueOf(writers)),
                "the benchmark");
        BatchListener listener = new BatchListener() {
            @Override
            public void written(Batch batch, Duration took) {
                meter.committed(batch.getSize());
            }
        };
        try (var headgate = Headgate.start(own, folder, Map.of("meter", listener))) {
            if (!meter.await(LONGEST)) {
                throw new IllegalStateException("Headgate did not drain " + topic + " within " + LONGEST + " ("
                        + headgate.camelContext().getStatus() + ")");
            }
        }
        return meter.reading();
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
