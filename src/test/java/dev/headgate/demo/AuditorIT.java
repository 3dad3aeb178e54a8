package dev.headgate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class AuditorIT {
    private static final String CLEAN = """
            drop table if exists public.orders;
            truncate headgate.ledger, headgate.dead_letter, headgate.outbox, headgate.object_manifest, headgate.job restart identity
            """;
    private static final String APPLY_ALL = """
            insert into headgate.ledger (pipeline, key) select '%1$s', 'k' || i from generate_series(1, %2$d + %3$d) i;
            insert into headgate.dead_letter (pipeline, stage, reason, headers, source, received_at)
              select '%1$s', 'validate', 'refused', '{}', 's' || i, now() from generate_series(1, %4$d) i
            """;
    private static final String STORE_ALL = """
            create table public.orders (order_id text primary key, version int not null);
            insert into public.orders select 'o' || i, 1 from generate_series(1, %1$d) i;
            update public.orders set version = 1 + %2$d where order_id = 'o1';
            insert into headgate.outbox (pipeline, destination, key, delivered_at)
              select 'orders', 'orders-applied', 'o' || i, now() from generate_series(1, %1$d + %2$d) i
            """;
    private static final String ENTER = """
            insert into headgate.object_manifest
              (bucket, key, pipeline, batch_id, format, messages, bytes, earliest, latest)
            values ('archive', ?, 'orders-archive-sqs', gen_random_uuid(), 'ndjson.gz', ?, 1, now(), now())
            """;

    @TempDir
    static Path directory;

    private static DemoServers servers;
    private static JdbcTemplate jdbc;

    @BeforeAll
    static void start() {
        servers = new DemoServers(directory);
        jdbc = new JdbcTemplate(servers.postgres().dataSource());
        Flyway.configure()
                .dataSource(servers.postgres().dataSource())
                .schemas("headgate")
                .locations("classpath:dev/headgate/database")
                .load()
                .migrate();
    }

    @BeforeEach
    void clean() {
        jdbc.execute(CLEAN);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Test
    void kafka_to_postgres_reconciles_until_an_entry_is_missing_or_strange() throws SQLException {
        String brokers = servers.kafka().bootstrapServers();
        servers.kafka().createTopic("orders", 4, Map.of());
        servers.kafka().createTopic("orders-applied", 4, Map.of());
        try (var source = new KafkaSource(brokers, "orders", "nobody")) {
            Totals totals = produce(source, new ArrayList<>());
            assertThat(source.backlog()).isEqualTo(totals.produced());
            apply("orders", totals);
            jdbc.execute(STORE_ALL.formatted(totals.created(), totals.updated()));
            int receipts = jdbc.update("insert into headgate.job (queue, state)"
                    + " select 'send-receipt', 'completed' from headgate.outbox where hashtext(key) % 10 = 0");
            assertThat(receipts).isPositive();
            var sink = new PostgresSink(servers.postgres().dataSource(), new RelayTopic(brokers, "orders-applied"));
            var auditor = new Auditor(servers.postgres().dataSource(), "orders", source, sink);
            String unacknowledged = over("messages not acknowledged to the source", totals.produced());

            relay(brokers, (int) totals.valid() - 1, "8c0f-1");
            assertThat(auditor.read(totals).differences())
                    .containsExactly(
                            unacknowledged,
                            short1("distinct entries in the target", totals.valid()),
                            over("outbox entries missing from the target", 1));

            relay(brokers, 0, "8c0f-" + totals.valid());
            assertThat(auditor.read(totals).differences()).containsExactly(unacknowledged);

            relay(brokers, 0, "not an id");
            jdbc.execute("delete from public.orders where order_id = 'o2'");
            jdbc.execute("update headgate.job set state = 'discarded' where id = (select min(id) from headgate.job)");
            assertThat(auditor.read(totals).differences())
                    .containsExactly(
                            unacknowledged,
                            short1("orders stored (public.orders)", totals.created()),
                            short1("versions of the stored orders, summed", totals.valid()),
                            over("messages of the target without an outbox entry", 1),
                            short1("jobs completed, one for each tenth order", receipts));
        }
    }

    @Test
    void sqs_to_s3_reconciles_until_a_line_is_missing_doubled_or_strange() throws Exception {
        List<OrderMessage> sent = new ArrayList<>();
        servers.s3().createBucket("archive");
        try (var source = new SqsSource(servers.sqs(), "orders");
                var sink = new S3Sink(servers.postgres().dataSource(), "orders-archive-sqs", servers.s3(), "archive");
                var client = servers.s3().client()) {
            Totals totals = produce(source, sent);
            assertThat(source.backlog()).isEqualTo(totals.produced());
            apply("orders-archive-sqs", totals);
            sent.forEach(sink::sending);
            List<String> lines = new ArrayList<>(sent.stream()
                    .filter(OrderMessage::isValid)
                    .map(message -> new String(message.bytes(), UTF_8))
                    .toList());
            var auditor = new Auditor(servers.postgres().dataSource(), "orders-archive-sqs", source, sink);
            String unacknowledged = over("messages not acknowledged to the source", totals.produced());

            enter("rest", lines.subList(0, 9));
            put(client, "rest", lines.subList(0, 9));
            enter("most", lines.subList(9, lines.size()));
            put(client, "most", lines.subList(9, lines.size()));
            put(client, "orphan", lines);
            assertThat(auditor.read(totals).differences()).containsExactly(unacknowledged);

            lines.set(1, lines.get(0));
            put(client, "rest", lines.subList(0, 9));
            assertThat(auditor.read(totals).differences())
                    .containsExactly(
                            unacknowledged,
                            over("applied messages in no object", 1),
                            over("lines that are in the objects already", 1));

            lines.set(1, "{\"order_id\":\"order-of-others-1\",\"version\":1}");
            put(client, "rest", lines.subList(0, 9));
            assertThat(auditor.read(totals).differences())
                    .containsExactly(
                            unacknowledged,
                            over("applied messages in no object", 1),
                            over("lines of no applied message", 1));

            client.deleteObject(request -> request.bucket("archive").key("rest"));
            jdbc.update("update headgate.object_manifest set messages = messages + 1 where key = 'most'");
            assertThat(auditor.read(totals).differences())
                    .containsExactly(
                            unacknowledged,
                            "objects of the manifest that are in the bucket: expected 2, found 1 (short by 1)",
                            "messages by the manifest: expected %,d, found %,d (over by 1)"
                                    .formatted(totals.valid(), totals.valid() + 1),
                            "lines of those objects: expected %,d, found %,d (short by 9)"
                                    .formatted(totals.valid(), totals.valid() - 9),
                            over("applied messages in no object", 9));
        }
    }

    private static Totals produce(Source source, List<OrderMessage> sent) {
        var generator = new OrderGenerator(1, Trouble.REALISTIC);
        try (var producer = new OrderProducer(source, generator, 5000, sent::add).start()) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> source.acknowledged() > 1000);
            Totals totals = producer.stop();
            assertThat(totals.produced())
                    .isEqualTo(source.acknowledged())
                    .isEqualTo(source.received())
                    .isEqualTo(sent.size());
            return totals;
        }
    }

    private static void apply(String pipeline, Totals totals) {
        jdbc.execute(APPLY_ALL.formatted(pipeline, totals.created(), totals.updated(), totals.invalid()));
    }

    /** Relays the entries from 1 on, and one more, perhaps for the second time. */
    private static void relay(String brokers, int entries, String another) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int id = 1; id <= entries; id++) {
                var unused = producer.send(entry("8c0f-" + id));
            }
            var unused = producer.send(entry(another));
        }
    }

    private static ProducerRecord<byte[], byte[]> entry(String id) {
        var entry = new ProducerRecord<byte[], byte[]>("orders-applied", new byte[0]);
        entry.headers().add("message-id", id.getBytes(UTF_8));
        return entry;
    }

    private static void enter(String key, List<String> lines) {
        jdbc.update(ENTER, key, lines.size());
    }

    private static void put(S3Client client, String key, List<String> lines) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write((String.join("\n", lines) + "\n").getBytes(UTF_8));
        }
        client.putObject(request -> request.bucket("archive").key(key), RequestBody.fromBytes(bytes.toByteArray()));
    }

    private static String short1(String what, long expected) {
        return "%s: expected %,d, found %,d (short by 1)".formatted(what, expected, expected - 1);
    }

    private static String over(String what, long found) {
        return "%s: expected 0, found %,d (over by %,d)".formatted(what, found, found);
    }
}
