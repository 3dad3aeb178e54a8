package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What refusals cost the good ones, by hand: {@code -Drefusals=100000}. */
@EnabledIfSystemProperty(named = "refusals", matches = "\\d+")
class RefusalCostIT {

    @Test
    void drains() {
        int messages = Integer.getInteger("refusals");
        for (double share : new double[] {0, 0, 0.002, 0.05, 0}) {
            try (Pipeline pipeline = new Pipeline(4)) {
                int bad = (int) Math.round(messages * share);
                int every = bad == 0 ? Integer.MAX_VALUE : messages / bad;
                for (int i = 0; i < messages; i++) {
                    String json = Orders.json("order-" + i, 1)
                            .replace("\"version\":1", i % every == 7 ? "\"version\":" + (3000000000L + i) : "\"version\":1");
                    pipeline.send("order-" + i, "id-" + i, json.getBytes(StandardCharsets.UTF_8));
                }
                pipeline.flush();
                long start = System.nanoTime();
                pipeline.start(Map.of("orders.max-rate", "1000000", "headgate.inflight.source.max-messages", "20000"), Map.of());
                Pipeline.await().atMost(Duration.ofMinutes(4)).untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(messages));
                System.err.printf("COST share %.3f: %.1f s, %d dead letters%n", share, (System.nanoTime() - start) / 1e9,
                        pipeline.count("select count(*) from headgate.dead_letter"));
                pipeline.stop();
            }
        }
    }
}
