package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Who reads a partition, and in how many lanes, changes at a bad time: each message takes effect once all the same. */
class OwnershipIT {

    /** All that is sent at once comes in one batch. */
    private static final Map<String, String> ONE_BATCH = Map.of(
            "camel.component.batch.lanes", "1",
            "camel.component.batch.linger", "3s",
            "headgate.revoke-timeout", "1s");

    /** Orders of version 777 wait for a lock of the test's; a batch of which none does goes on. */
    private static final String GATE = """
            create function gate() returns trigger language plpgsql as
              $$ begin if new.version = 777 then perform pg_advisory_xact_lock_shared(777); end if; return new; end $$;
            create trigger gate before insert on orders for each row execute function gate();
            alter table orders add constraint not_bad check (version <> 666);
            """;

    @Test
    void a_partition_that_is_taken_away_while_its_batch_is_isolated() throws SQLException {
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.migrate();
            pipeline.execute(GATE);
            List<String> good = new ArrayList<>();
            for (int partition = 0; partition < 2; partition++) {
                // The table gets them in the order of their names: the batch is refused before it comes to what waits.
                send(pipeline, partition, "a-bad-" + partition, 666);
                for (int i = 0; i < 20; i++) {
                    send(pipeline, partition, "m-" + partition + "-" + i, 1);
                    good.add("m-" + partition + "-" + i);
                }
                send(pipeline, partition, "z-gate-" + partition, 777);
                good.add("z-gate-" + partition);
            }
            pipeline.flush();
            try (Connection gate = pipeline.connect();
                    Statement statement = gate.createStatement()) {
                statement.execute("select pg_advisory_lock(777)");
                pipeline.start(ONE_BATCH, Map.of());
                pipeline.awaitWaitingForLocks(1);

                pipeline.start(ONE_BATCH, Map.of());
                Pipeline.await()
                        .untilAsserted(() -> assertThat(pipeline.members().values())
                                .hasSize(2)
                                .allMatch(partitions -> partitions.size() == 1));
                // Whoever has the partition now has read it again, and waits for the keys that the other one holds.
                pipeline.awaitWaitingForLocks(2);
                assertThat(pipeline.committed()).isZero();
            }
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(good.size() + 2));

            assertThat(pipeline.texts("select order_id from orders")).containsExactlyInAnyOrderElementsOf(good);
            assertThat(pipeline.texts("select key from headgate.ledger")).containsExactlyInAnyOrderElementsOf(good);
            assertThat(pipeline.texts("select key from headgate.outbox")).containsExactlyInAnyOrderElementsOf(good);
            assertThat(pipeline.texts("select key || ' ' || reason from headgate.dead_letter"))
                    .containsExactlyInAnyOrder("a-bad-0 SQLSTATE 23514", "a-bad-1 SQLSTATE 23514");
        }
    }

    @Test
    void one_key_in_two_partitions_that_two_processes_read() {
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.start();
            pipeline.start();
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.members().values())
                    .hasSize(2)
                    .allMatch(partitions -> partitions.size() == 1));
            List<String> orders = Stream.iterate(0, i -> i + 1)
                    .limit(2_000)
                    .map(i -> "o-" + i)
                    .toList();
            orders.forEach(order -> {
                send(pipeline, 0, order, 1);
                send(pipeline, 1, order, 1);
            });
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(2L * orders.size()));

            assertThat(pipeline.texts("select order_id from orders")).containsExactlyInAnyOrderElementsOf(orders);
            assertThat(pipeline.texts("select key from headgate.outbox")).containsExactlyInAnyOrderElementsOf(orders);
            assertThat(pipeline.texts("select key from headgate.dead_letter")).isEmpty();
        }
    }

    @Test
    void two_lanes_until_a_stop_and_five_after_it() {
        Load load = new Load(System.nanoTime(), 500, 0.1);
        try (Pipeline pipeline = new Pipeline(2)) {
            pipeline.migrate();
            pipeline.start(Map.of("camel.component.batch.lanes", "2"), Map.of());
            CompletableFuture<Void> sending = load.sendSteadily(pipeline, 6_000, 1_500);
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.count("select count(*) from headgate.ledger"))
                    .isPositive());
            pipeline.stop();
            pipeline.start(Map.of("camel.component.batch.lanes", "5"), Map.of());
            sending.join();

            Account.reconciles(pipeline, load);
        }
    }

    private static void send(Pipeline pipeline, int partition, String order, int version) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(
                pipeline.topic, partition, order, Orders.json(order, version).getBytes(UTF_8));
        message.headers().add("message-id", order.getBytes(UTF_8));
        pipeline.send(message);
    }
}
