package dev.headgate.demo;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.processor.idempotent.IdempotentConsumer;

/** Generated orders through the shipped routes, on embedded servers, and the account of it. */
final class Demo {
    private static final int PARTITIONS = 4;
    private static final int REMEMBERED = 200_000;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration WITHOUT_PROGRESS = Duration.ofSeconds(60);
    private static final String PENDING = "select count(*) from headgate.outbox where delivered_at is null";

    private final DemoServers servers;
    private final Settings settings;
    private final Consumer<String> lines;
    private final String topic;
    private final String appliedTopic;
    private final LiveLine live = new LiveLine();
    private final Outcomes outcomes = new Outcomes();
    private final long startNanos = System.nanoTime();

    /** @param lines told what a person wants to read while it runs */
    Demo(DemoServers servers, Settings settings, Consumer<String> lines) {
        this.servers = servers;
        this.settings = servers.in(settings);
        this.lines = lines;
        this.topic = setting("orders.topic");
        this.appliedTopic = setting("orders.applied-topic");
    }

    /**
     * Produces until told to stop, then drains, stops Headgate and reads the account.
     *
     * @param stop ends the producing when it reaches zero
     * @param atMost ends the producing otherwise
     */
    Account run(Path routes, int perSecond, CountDownLatch stop, Duration atMost)
            throws SQLException, InterruptedException {
        String brokers = servers.kafka().bootstrapServers();
        servers.kafka().createTopic(topic, PARTITIONS, Map.of());
        servers.kafka().createTopic(appliedTopic, PARTITIONS, Map.of());
        var generator = new OrderGenerator(startNanos, Trouble.REALISTIC);
        Totals totals;
        try (var headgate = Headgate.start(settings, routes, Map.of("outcomes", outcomes));
                var lag = new SourceLag(brokers, topic, setting("orders.group"), PARTITIONS);
                var arrivals = new Arrivals(brokers, appliedTopic, REMEMBERED, live::endToEnd).start();
                var producer = new OrderProducer(brokers, topic, generator, perSecond, arrivals::sending)) {
            printAddresses();
            producer.start();
            long end = System.nanoTime() + atMost.toNanos();
            while (!stop.await(Math.min(LOOK.toNanos(), end - System.nanoTime()), TimeUnit.NANOSECONDS)
                    && System.nanoTime() < end) {
                look(headgate, producer, lag);
            }
            totals = producer.stop();
            lines.accept("Draining ...");
            drain(headgate, producer, lag);
        }
        return new Account(
                totals, new Auditor(servers.postgres().dataSource(), brokers, "orders").read(topic, appliedTopic));
    }

    private void drain(Headgate headgate, OrderProducer producer, SourceLag lag)
            throws SQLException, InterruptedException {
        long best = Long.MAX_VALUE;
        long lastProgress = System.nanoTime();
        for (long left = lag.messages() + pending(); left > 0; left = lag.messages() + pending()) {
            if (left < best) {
                best = left;
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > WITHOUT_PROGRESS.toNanos()) {
                lines.accept("No progress for " + WITHOUT_PROGRESS.toSeconds() + " s: giving up on draining");
                return;
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            look(headgate, producer, lag);
        }
    }

    private void look(Headgate headgate, OrderProducer producer, SourceLag lag) {
        var context = headgate.camelContext();
        var limit = context.getRegistry().lookupByNameAndType("inflightLimit", InflightLimit.class);
        var filter = context.getProcessor("orders-idempotent", IdempotentConsumer.class);
        lines.accept(live.next(new LiveLine.Figures(
                Duration.ofNanos(System.nanoTime() - startNanos),
                producer.acknowledged(),
                outcomes.applied(),
                outcomes.duplicates() + (filter == null ? 0 : filter.getDuplicateMessageCount()),
                outcomes.deadLetters(),
                limit.messages(),
                lag.messages())));
    }

    private long pending() throws SQLException {
        try (var connection = servers.postgres().dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(PENDING)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void printAddresses() {
        lines.accept("Postgres    " + servers.postgres().jdbcUrl() + "?user="
                + servers.postgres().user());
        lines.accept("Kafka       " + servers.kafka().bootstrapServers() + "  topics " + topic + ", " + appliedTopic);
        lines.accept("Management  http://127.0.0.1:" + setting("camel.management.port") + "/observe/health");
    }

    private String setting(String name) {
        return settings.find(name)
                .orElseThrow(() -> new IllegalArgumentException("The demo needs the setting " + name));
    }
}
