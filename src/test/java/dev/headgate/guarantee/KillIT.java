package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Promises 1 to 4 when the process is killed: nothing is lost, nothing doubled, nothing out of order. */
class KillIT {

    private static final int KILLS = 5;
    private static final int MESSAGES = 100_000;
    private static final String APPLIED = "select count(*) from headgate.ledger";
    /** The partitions of a killed process are served again after this; the broker allows no less. */
    private static final Map<String, String> SHORT_SESSION = Map.of("camel.component.kafka.session-timeout-ms", "6000");

    @Test
    void killed_again_and_again_each_message_takes_effect_once_and_in_order() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Load load = new Load(seed, 20_000, 0.1);
        try (Pipeline pipeline = new Pipeline(4)) {
            pipeline.migrate();
            load.send(pipeline, MESSAGES);
            pipeline.flush();

            long certainlyRedelivered = 0;
            for (int kill = 1; kill <= KILLS; kill++) {
                long start = pipeline.count(APPLIED);
                long target = start + 1 + random.nextInt(MESSAGES / KILLS * 3 / 5);
                try (ChildProcess child = ChildProcess.run(pipeline, SHORT_SESSION)) {
                    Pipeline.await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(
                                    pipeline.count(APPLIED))
                            .isGreaterThanOrEqualTo(target));
                    assertThat(child.isAlive()).as(child::output).isTrue();
                    child.kill();
                }
                long applied = pipeline.count(APPLIED);
                long committed = pipeline.committed();
                System.err.printf("Kill %d: applied %d to %d, committed %d%n", kill, start, applied, committed);
                assertThat(applied)
                        .as("killed in the flow")
                        .isLessThan(load.ids().size());
                certainlyRedelivered += Math.max(0, applied - committed);
            }
            assertThat(certainlyRedelivered).as("killed between two commits").isPositive();

            try (ChildProcess child = ChildProcess.run(pipeline, SHORT_SESSION)) {
                Account.reconciles(pipeline, load);
                assertThat(child.isAlive()).as(child::output).isTrue();
            }
        }
    }
}
