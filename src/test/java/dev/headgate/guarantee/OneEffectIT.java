package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Promise 2: for one idempotency key, one state change and its outbox entries, however often it is delivered. */
class OneEffectIT {

    @Test
    void duplicates_and_updates_and_invalid_messages_are_told_apart() {
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.start();
            for (int i = 0; i < 100; i++) {
                pipeline.sendOrder("o" + i, "a" + i, 1);
                pipeline.sendOrder("o" + i, "b" + i, 2);
                pipeline.sendOrder("o" + i, "a" + i, 1);
            }
            pipeline.send("bad", "c", "{\"order_id\":".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            pipeline.flush();

            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(301));
            assertThat(pipeline.count("select count(*) from headgate.ledger")).isEqualTo(200);
            assertThat(pipeline.count("select count(*) from orders where version = 2 and channel = 'unknown'"))
                    .isEqualTo(100);
            assertThat(pipeline.count("select count(*) from headgate.outbox")).isEqualTo(200);
            Pipeline.await().untilAsserted(() -> assertThat(
                            pipeline.count("select count(*) from headgate.outbox where delivered_at is not null"))
                    .isEqualTo(200));
            assertThat(pipeline.text("select stage || ', ' || reason || ', ' || convert_from(payload, 'UTF8')"
                            + " from headgate.dead_letter"))
                    .isEqualTo("orders-validate, broken JSON, {\"order_id\":");
        }
    }
}
