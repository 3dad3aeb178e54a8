package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.devservices.DevKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promises 3 and 5 under pressure: when the sink is slow, the source comes back with a backlog, or the load leaps, no more
 * is in flight than the limit and one poll, the consumer keeps its membership, and all goes on without help.
 */
class PressureIT {

    private static final int LIMIT = 5_000;
    private static final int POLL = 500;
    private static final Duration SLOW = Duration.ofSeconds(20);
    private static final String READY = "/observe/health/ready";
    private static final Duration AWAY = Duration.ofSeconds(10);
    /** A consumer that does not poll while it waits for room loses its partitions within the time that the sink is slow. */
    private static final Map<String, String> TIGHT = Map.of(
            "headgate.inflight.max-messages", String.valueOf(LIMIT),
            "camel.component.kafka.max-poll-records", String.valueOf(POLL),
            "camel.component.kafka.max-poll-interval-ms", "10000");

    private final Load load = new Load(System.nanoTime(), 10_000, 0.1);
    private final Deliveries deliveries = new Deliveries();
    private final Written written = new Written();

    @Test
    void a_sink_that_is_50_times_slower_for_20_s_pauses_the_source() {
        try (Pipeline pipeline = new Pipeline(4);
                Sink sink = new Sink(pipeline)) {
            InflightLimit limit = start(pipeline, sink.properties(""));
            CompletableFuture<Void> sending = load.sendSteadily(pipeline, 35_000, 1_000);
            Pipeline.await().until(() -> written.messages() > 2_000);
            var members = pipeline.members();

            long sent = load.sent();
            long before = written.messages();
            sink.proxy.delay(Duration.ofMillis(300));
            Pipeline.await().until(limit::isFull);
            Pipeline.await()
                    .pollInterval(Duration.ofMillis(500))
                    .during(SLOW)
                    .until(pipeline::members, members::equals);
            long passed = written.messages() - before;
            System.err.printf("Slow for %s: sent %d, written %d%n", SLOW, load.sent() - sent, passed);
            assertThat(passed).as("written meanwhile").isLessThan((load.sent() - sent) / 3);
            sink.proxy.delay(Duration.ZERO);

            sending.join();
            Account.reconciles(pipeline, load);
            assertBounded(limit);
            assertThat(limit.highestMessages()).isGreaterThanOrEqualTo(LIMIT);
            assertThat(pipeline.members()).as("the same member all the time").isEqualTo(members);
            assertThat(deliveries.redelivered()).as("redelivered").isZero();
        }
    }

    @Test
    void a_source_that_was_away_for_10_s_brings_its_backlog(@TempDir Path folder) throws IOException {
        int port = Scrape.freePort();
        try (DevKafka kafka = DevKafka.start(folder);
                Pipeline pipeline = new Pipeline(4, Servers.POSTGRES, kafka)) {
            InflightLimit limit = start(
                    pipeline,
                    Map.of("camel.management.enabled", "true", "camel.management.port", Integer.toString(port)));
            load.sendSteadily(pipeline, 5_000, 2_000).join();
            Pipeline.await().until(() -> written.messages() > 2_000);
            var members = pipeline.members();

            load.send(pipeline, 40_000);
            pipeline.flush();
            kafka.stop();
            System.err.printf("Away: sent %d, written %d%n", load.sent(), written.messages());
            AtomicLong last = new AtomicLong(-1);
            Pipeline.await().during(AWAY).until(() -> written.isStill(last));
            Pipeline.await()
                    .untilAsserted(() -> assertThat(Scrape.get(port, READY).body())
                            .contains("\"status\":\"DOWN\"", "kafka since 20"));
            kafka.restart();
            Pipeline.await()
                    .untilAsserted(() ->
                            assertThat(Scrape.get(port, READY).statusCode()).isEqualTo(200));

            load.sendSteadily(pipeline, 10_000, 2_000).join();
            Account.reconciles(pipeline, load);
            assertBounded(limit);
            System.err.printf("Redelivered after the source was away: %d%n", deliveries.redelivered());
            assertThat(pipeline.members()).as("the same member all the time").isEqualTo(members);
        }
    }

    @Test
    void a_load_that_leaps_to_ten_times_its_rate_is_borne() {
        try (Pipeline pipeline = new Pipeline(4)) {
            InflightLimit limit = start(pipeline, Map.of());
            load.sendSteadily(pipeline, 5_000, 1_000).join();
            Pipeline.await().until(() -> written.messages() > 2_000);
            var members = pipeline.members();

            load.sendSteadily(pipeline, 80_000, 10_000).join();
            load.sendSteadily(pipeline, 5_000, 1_000).join();

            Account.reconciles(pipeline, load);
            assertBounded(limit);
            assertThat(pipeline.members()).as("the same member all the time").isEqualTo(members);
            assertThat(deliveries.redelivered()).as("redelivered").isZero();
        }
    }

    private InflightLimit start(Pipeline pipeline, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(TIGHT);
        settings.putAll(more);
        Headgate headgate = pipeline.start(settings, Map.of("deliveries", deliveries, "written", written));
        return headgate.camelContext().getRegistry().lookupByNameAndType("inflightLimit", InflightLimit.class);
    }

    private static void assertBounded(InflightLimit limit) {
        System.err.printf("Highest inflight: %d%n", limit.highestMessages());
        assertThat(limit.highestMessages()).isLessThanOrEqualTo(LIMIT + POLL);
        Pipeline.await().untilAsserted(() -> assertThat(limit.messages()).isZero());
    }
}
