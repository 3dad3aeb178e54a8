package dev.headgate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditorIT {
    private static final String APPLY_ALL = """
            create table public.orders (order_id text primary key, version int not null);
            insert into public.orders select 'o' || i, 1 from generate_series(1, %1$d) i;
            update public.orders set version = 1 + %2$d where order_id = 'o1';
            insert into headgate.ledger (pipeline, key) select 'orders', 'k' || i from generate_series(1, %1$d + %2$d) i;
            insert into headgate.dead_letter (pipeline, stage, reason, headers, source, received_at)
              select 'orders', 'validate', 'refused', '{}', 's' || i, now() from generate_series(1, %3$d) i;
            insert into headgate.outbox (pipeline, destination, delivered_at)
              select 'orders', 'orders-applied', now() from generate_series(1, %1$d + %2$d) i;
            """;

    @TempDir
    Path directory;

    @Test
    void the_account_reconciles_until_an_entry_is_missing_or_strange() throws Exception {
        try (var postgres = DevPostgres.start(directory.resolve("postgres"));
                var kafka = DevKafka.start(directory.resolve("kafka"))) {
            kafka.createTopic("orders", 4, Map.of());
            kafka.createTopic("orders-applied", 4, Map.of());
            Totals totals = produce(kafka);
            prepare(postgres, totals);

            relay(kafka, (int) totals.valid() - 1, "1");
            Account.Found short1 = new Auditor(postgres.dataSource(), kafka.bootstrapServers(), "orders")
                    .read("orders", "orders-applied");
            assertThat(new Account(totals, short1).differences())
                    .containsExactly(
                            difference("distinct entries in the target topic", totals.valid(), totals.valid() - 1),
                            "outbox entries missing from the target topic: expected 0, found 1 (over by 1)");

            relay(kafka, 0, String.valueOf(totals.valid()));
            Account.Found whole = new Auditor(postgres.dataSource(), kafka.bootstrapServers(), "orders")
                    .read("orders", "orders-applied");
            assertThat(new Account(totals, whole).differences()).isEmpty();

            relay(kafka, 0, "not an id");
            Account.Found strange = new Auditor(postgres.dataSource(), kafka.bootstrapServers(), "orders")
                    .read("orders", "orders-applied");
            assertThat(strange.strangers()).isEqualTo(1);
        }
    }

    private static Totals produce(DevKafka kafka) {
        var generator = new OrderGenerator(1, Trouble.REALISTIC);
        List<OrderMessage> sent = new ArrayList<>();
        try (var producer = new OrderProducer(kafka.bootstrapServers(), "orders", generator, 5000, sent::add).start()) {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> producer.acknowledged() > 2000);
            Totals totals = producer.stop();
            assertThat(totals.produced()).isEqualTo(producer.acknowledged()).isEqualTo(sent.size());
            return totals;
        }
    }

    private static void prepare(DevPostgres postgres, Totals totals) throws SQLException {
        Flyway.configure()
                .dataSource(postgres.dataSource())
                .schemas("headgate")
                .locations("classpath:dev/headgate/database")
                .load()
                .migrate();
        try (var connection = postgres.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(APPLY_ALL.formatted(totals.created(), totals.updated(), totals.invalid()));
        }
    }

    /** Relays the entries from 1 on, and one more, perhaps for the second time. */
    private static void relay(DevKafka kafka, int entries, String another) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int id = 1; id <= entries; id++) {
                var unused = producer.send(entry(String.valueOf(id)));
            }
            var unused = producer.send(entry(another));
        }
    }

    private static ProducerRecord<byte[], byte[]> entry(String id) {
        var entry = new ProducerRecord<byte[], byte[]>("orders-applied", new byte[0]);
        entry.headers().add("message-id", id.getBytes(UTF_8));
        return entry;
    }

    private static String difference(String what, long expected, long found) {
        return "%s: expected %,d, found %,d (short by %d)".formatted(what, expected, found, expected - found);
    }
}
