package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.devservices.DevKafka;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 1: a message is acknowledged only after its effect is durable. */
class NoLossIT {

    private static final String APPLIED = "select count(*) from headgate.ledger";
    /** Several commit intervals and lingers. */
    private static final Duration HELD = Duration.ofSeconds(4);

    @Test
    void a_second_delivery_is_not_acknowledged_before_the_first_is_durable() throws SQLException {
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.start();
            try (Connection holder = pipeline.lockOrders()) {
                byte[] value = Orders.json("order", 1).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                sendTo(pipeline, 0, "order", "id", value);
                pipeline.awaitWaitingForLocks(1);
                // The same lane, the other one, and the partition of the first.
                sendTo(pipeline, 1, "order", "id", value);
                for (int i = 0; i < 10; i++) {
                    sendTo(pipeline, 1, "other-" + i, "id", value);
                }
                sendTo(pipeline, 0, "order", "id", value);
                pipeline.awaitWaitingForLocks(2);
                Pipeline.await().during(HELD).until(pipeline::committed, committed -> committed == 0);
            }
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(13));
            assertThat(pipeline.texts("select key from headgate.ledger")).containsExactly("id");
            assertThat(pipeline.count("select count(*) from headgate.outbox")).isEqualTo(1);
        }
    }

    @Test
    void messages_without_key_id_or_body_are_acknowledged_and_accounted_for() {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start();
            pipeline.send(null, null, Orders.json("order", 1).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            pipeline.send("order", "tombstone", null);
            pipeline.send(null, null, null);
            pipeline.flush();

            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(3));
            assertThat(pipeline.texts("select key from headgate.ledger"))
                    .containsExactly("@at:" + pipeline.topic + "-0-0");
            assertThat(pipeline.texts("select source || ': ' || reason from headgate.dead_letter order by source"))
                    .isEqualTo(List.of(pipeline.topic + "-0-1: no body", pipeline.topic + "-0-2: no body"));
        }
    }

    @Test
    void a_broker_that_restarts_under_load_costs_nothing(@TempDir Path folder) {
        Load load = new Load(System.nanoTime(), 5_000, 0.1);
        try (DevKafka kafka = DevKafka.start(folder);
                Pipeline pipeline = new Pipeline(4, Servers.POSTGRES, kafka)) {
            Deliveries deliveries = new Deliveries();
            pipeline.start(Map.of(), Map.of("deliveries", deliveries));
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> sending = load.sendWhile(() -> !over.get(), pipeline, 2_000);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.count(APPLIED)).isGreaterThan(4_000));
            kafka.restart();
            over.set(true);
            sending.join();
            Account.reconciles(pipeline, load);
            System.err.printf("Redelivered after a restart of the broker: %d%n", deliveries.redelivered());
        }
    }

    private static void sendTo(Pipeline pipeline, int partition, String key, String id, byte[] value) {
        ProducerRecord<String, byte[]> message = Orders.message(pipeline.topic, key, id, value);
        pipeline.send(new ProducerRecord<>(pipeline.topic, partition, key, value, message.headers()));
        pipeline.flush();
    }
}
