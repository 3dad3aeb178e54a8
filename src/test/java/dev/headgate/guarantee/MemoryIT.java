package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Promise 5: what is unacknowledged is bounded, and memory does not grow with the backlog. */
class MemoryIT {

    private static final int MESSAGES = 600_000;
    private static final int INFLIGHT_LIMIT = 20_000;
    private static final int CONSUMERS = 2;

    @Test
    void more_waiting_messages_than_512_MB_can_hold_drain() {
        try (Pipeline pipeline = new Pipeline(4)) {
            for (int i = 0; i < MESSAGES; i++) {
                pipeline.send("order-" + i, "id-" + i, message(i));
            }
            pipeline.flush();
            Map<String, String> properties = Map.of(
                    "orders.consumers", String.valueOf(CONSUMERS),
                    "headgate.inflight.max-messages", String.valueOf(INFLIGHT_LIMIT));
            try (ChildProcess child = DrainMain.start(pipeline, Pipeline.ROUTES, properties)) {
                Pipeline.await().atMost(Duration.ofMinutes(5)).untilAsserted(() -> {
                    assertThat(pipeline.committed()).isEqualTo(MESSAGES);
                    assertThat(child.isAlive()).isTrue();
                });
                assertThat(DrainMain.finish(child))
                        .isBetween((long) INFLIGHT_LIMIT, (long) INFLIGHT_LIMIT + CONSUMERS - 1);
            }
            assertThat(pipeline.count("select count(*) from headgate.ledger")).isEqualTo(MESSAGES);
            assertThat(pipeline.count("select count(*) from headgate.dead_letter"))
                    .isZero();
        }
    }

    /** About 260 bytes. */
    private static byte[] message(int number) {
        return Orders.json("order-" + number, 1)
                .replace(
                        "Ada", "Augusta Ada King, Countess of Lovelace, of the Analytical Engine, at St James's Square")
                .getBytes(StandardCharsets.UTF_8);
    }
}
