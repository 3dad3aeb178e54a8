package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Headgate's components in somebody else's Camel application, which knows Camel's own Kafka consumer only. */
class ForeignIT {

    private static final int MESSAGES = 100;
    private static final String WRITTEN = "select count(*) from written";

    @Test
    void an_outage_and_a_kill_lose_nothing() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            pipeline.execute("create table written (order_id text primary key)");
            for (int i = 0; i < MESSAGES; i++) {
                pipeline.sendOrder("order-" + i, "", 1);
            }
            pipeline.flush();
            try (Connection outage = pipeline.lock("written");
                    ChildProcess foreign = start(pipeline)) {
                Pipeline.await().until(() -> pipeline.count("select count(*) from pg_locks where not granted") > 0);
                Pipeline.await().during(Duration.ofSeconds(2)).untilAsserted(() -> assertThat(pipeline.committed())
                        .as("acknowledged before it is written")
                        .isZero());
                foreign.kill();
                outage.rollback();
            }
            assertThat(pipeline.count(WRITTEN)).isZero();
            try (ChildProcess foreign = start(pipeline)) {
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.count(WRITTEN))
                        .as(foreign::output)
                        .isEqualTo(MESSAGES));
                Pipeline.await()
                        .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(MESSAGES));
                assertThat(foreign.finish(Duration.ofSeconds(60)))
                        .as(foreign::output)
                        .isZero();
            }
        }
    }

    private static ChildProcess start(Pipeline pipeline) {
        return ChildProcess.start(ForeignMain.class, pipeline, Map.of());
    }
}
