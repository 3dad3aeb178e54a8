package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.devservices.DevPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop: what is in flight is finished, acknowledged and not delivered again, or, if that takes too long, not lost. */
class ShutdownIT {

    private static final String APPLIED = "select count(*) from headgate.ledger";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MESSAGES = 60_000;

    @Test
    void stopped_under_load_it_exits_with_0_and_nothing_is_delivered_again() {
        Load load = new Load(System.nanoTime(), 20_000, 0);
        try (Pipeline pipeline = new Pipeline(4)) {
            pipeline.migrate();
            load.send(pipeline, MESSAGES);
            pipeline.flush();
            try (ChildProcess child = ChildProcess.run(pipeline, Map.of())) {
                Pipeline.await()
                        .pollInterval(Duration.ofMillis(10))
                        .untilAsserted(() -> assertThat(pipeline.count(APPLIED)).isGreaterThan(5_000));
                long start = System.nanoTime();
                assertThat(child.terminate(TIMEOUT)).as(child::output).isZero();
                say("under load", start);
            }
            long applied = pipeline.count(APPLIED);
            assertThat(applied).as("stopped under load").isLessThan(MESSAGES);
            assertThat(pipeline.committed()).as("committed at exit").isEqualTo(applied);

            Deliveries deliveries = new Deliveries();
            pipeline.start(Map.of(), Map.of("deliveries", deliveries));
            Account.reconciles(pipeline, load);
            assertThat(deliveries.records()).isEqualTo((int) (MESSAGES - applied));
            assertThat(deliveries.redelivered()).isZero();
        }
    }

    @Test
    void stopped_while_idle_it_exits_with_0_within_5_s() {
        try (Pipeline pipeline = new Pipeline(2);
                ChildProcess child = ChildProcess.run(pipeline, Map.of())) {
            pipeline.sendOrder("order", "1", 1);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(1));

            long start = System.nanoTime();
            assertThat(child.terminate(TIMEOUT)).as(child::output).isZero();
            assertThat(say("while idle", start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void a_second_signal_stops_at_once_and_nothing_is_lost() throws SQLException {
        Load load = new Load(System.nanoTime(), 1_000, 0);
        try (Pipeline pipeline = new Pipeline(4)) {
            pipeline.migrate();
            load.send(pipeline, 5_000);
            pipeline.flush();
            try (Connection lock = pipeline.lockOrders();
                    ChildProcess child = ChildProcess.run(pipeline, Map.of())) {
                pipeline.awaitWaitingForLocks(2);
                child.signal();
                Pipeline.await().untilAsserted(() -> assertThat(child.output()).contains("Stopping"));
                long start = System.nanoTime();
                assertThat(child.terminate(Duration.ofSeconds(2)))
                        .as(child::output)
                        .isEqualTo(143);
                say("by a second signal", start);
                assertThat(child.output())
                        .contains("Stopped at once by a second signal: what was in flight is delivered again");
            }
            pipeline.start();
            Account.reconciles(pipeline, load);
        }
    }

    @Test
    void what_outlasts_the_timeout_is_not_waited_for_and_not_lost() throws SQLException {
        Load load = new Load(System.nanoTime(), 1_000, 0);
        try (Pipeline pipeline = new Pipeline(4)) {
            pipeline.migrate();
            load.send(pipeline, 5_000);
            pipeline.flush();
            try (Connection lock = pipeline.lockOrders();
                    ChildProcess child = ChildProcess.run(pipeline, Map.of("camel.main.shutdown-timeout", "3"))) {
                pipeline.awaitWaitingForLocks(2);
                stopsAtTheTimeout(child, Duration.ofSeconds(3));
            }
            pipeline.start();
            Account.reconciles(pipeline, load);
        }
    }

    @Test
    void held_by_an_outage_it_stops_within_3_s_and_nothing_is_lost(@TempDir Path folder) {
        Load load = new Load(System.nanoTime(), 1_000, 0);
        try (DevPostgres postgres = DevPostgres.start(folder.resolve("postgres"));
                Pipeline pipeline = new Pipeline(4, postgres, Servers.KAFKA)) {
            pipeline.migrate();
            try (ChildProcess child = ChildProcess.run(pipeline, Map.of())) {
                load.send(pipeline, 1_000);
                pipeline.flush();
                Pipeline.await()
                        .untilAsserted(() -> assertThat(pipeline.count(APPLIED)).isEqualTo(1_000));
                postgres.stop();
                load.send(pipeline, 5_000);
                pipeline.flush();
                Pipeline.await().untilAsserted(() -> assertThat(child.output()).contains("cannot write"));
                assertThat(child.output()).as("an outage takes a line each").doesNotContain("\tat ");
                stopsAtTheTimeout(child, Duration.ofSeconds(3));
            }
            postgres.restart();
            pipeline.start();
            Account.reconciles(pipeline, load);
        }
    }

    @Test
    void a_signal_before_the_start_is_complete_ends_the_process() throws SQLException {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            try (Connection lock = pipeline.lock("headgate.ledger");
                    ChildProcess child = ChildProcess.run(pipeline, Map.of())) {
                pipeline.awaitWaitingForLocks(1);
                long start = System.nanoTime();
                assertThat(child.terminate(Duration.ofSeconds(2)))
                        .as(child::output)
                        .isEqualTo(143);
                say("while starting", start);
            }
        }
    }

    private static void stopsAtTheTimeout(ChildProcess child, Duration timeout) {
        long start = System.nanoTime();
        assertThat(child.terminate(timeout.plusSeconds(2))).as(child::output).isEqualTo(1);
        assertThat(say("at the timeout", start)).isGreaterThan(timeout.minusMillis(500));
        assertThat(child.output())
                .contains("Stopped at the timeout of %d s: what was in flight is delivered again"
                        .formatted(timeout.toSeconds()));
    }

    private static Duration say(String when, long start) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.err.printf("Stopped %s in %d ms%n", when, took.toMillis());
        return took;
    }
}
