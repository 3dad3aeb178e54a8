package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A graceful stop: what is in flight is finished, acknowledged and not delivered again. */
class ShutdownIT {

    private static final String APPLIED = "select count(*) from headgate.ledger";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MESSAGES = 150_000;

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

    private static Duration say(String when, long start) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.err.printf("Stopped %s in %d ms%n", when, took.toMillis());
        return took;
    }
}
