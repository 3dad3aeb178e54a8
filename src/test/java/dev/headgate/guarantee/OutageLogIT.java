package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** However often a batch is tried again during an outage, the log of {@code headgate run} says so in a few lines. */
class OutageLogIT {

    private static final int ATTEMPTS = 6;
    private static final String ROLLBACKS =
            "select xact_rollback from pg_stat_database where datname = current_database()";

    @Test
    void an_outage_of_many_attempts_takes_a_few_lines() {
        try (Pipeline pipeline = new Pipeline(1);
                ChildProcess child = ChildProcess.run(pipeline, Map.of("camel.component.batch.lanes", "1"))) {
            pipeline.sendOrder("before", "before", 1);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(1));
            int before = lines(child);
            long rollbacks = pipeline.count(ROLLBACKS);
            pipeline.execute("alter table orders rename to away");
            pipeline.sendOrder("during", "during", 1);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.count(ROLLBACKS)).isGreaterThan(rollbacks + ATTEMPTS));
            assertThat(lines(child) - before)
                    .as(() -> "the lines of " + ATTEMPTS + " attempts:\n" + child.output())
                    .isLessThan(4);
            assertThat(child.output()).doesNotContain("\tat ");

            pipeline.execute("alter table away rename to orders");
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(2));
        }
    }

    private static int lines(ChildProcess child) {
        return (int) child.output().lines().count();
    }
}
