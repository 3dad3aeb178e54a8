package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

/** Effects are exactly once by what stands in their own database, whatever the brokers' offsets and the process say. */
class PositionIT {

    private static final String WRITE = "      uri: batch:orders\n      parameters:\n";
    private static final String LAST_STEP = "        - to: { id: orders-receipts,";
    private static final String ENTRIES = "select count(*) from headgate.outbox";
    private static final Map<String, String> SHORT_SESSION = Map.of("camel.component.kafka.session-timeout-ms", "6000");
    private static final String COUNTS = """
            select sum(applied) || ' applied, ' || sum(duplicates) || ' duplicates, ' || sum(dead_letters)
                || ' dead letters, ' || sum(filtered) || ' filtered, ' || sum(parts) || ' parts'
            from headgate.source_position
            """;

    @TempDir
    Path folder;

    @Test
    void without_ledger_rows_each_message_takes_effect_once_however_often_the_process_is_killed() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Load load = new Load(seed, 5_000, 0);
        int messages = 60_000;
        try (Pipeline pipeline = new Pipeline(4)) {
            pipeline.migrate();
            load.send(pipeline, messages);
            pipeline.flush();
            for (int lanes : new int[] {2, 5, 1, 3}) {
                long target = pipeline.count(ENTRIES) + 1 + random.nextInt(messages / 6);
                try (ChildProcess child = ChildProcess.run(
                        pipeline, routes("positions-" + lanes, "idempotency: positions", lanes), SHORT_SESSION)) {
                    Pipeline.await().pollInterval(Duration.ofMillis(10)).until(() -> pipeline.count(ENTRIES) >= target);
                    child.kill();
                }
                assertThat(pipeline.count(ENTRIES)).as("killed in the flow").isLessThan(messages);
            }
            pipeline.start(routes("last", "idempotency: positions", 2), Map.of(), Map.of());
            onceAndInOrder(pipeline, load);
            assertThat(pipeline.count("select count(*) from headgate.ledger")).isZero();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.count("select sum(applied) from headgate.source_position"))
                            .isEqualTo(messages));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"idempotency: keys", "idempotency: positions"})
    void the_write_of_one_who_has_lost_the_partition_fails_its_transaction(String idempotency) throws IOException {
        Path slow = routes("slow", idempotency, 2);
        Path file = slow.resolve("orders.camel.yaml");
        Files.writeString(
                file, Files.readString(file).replace(LAST_STEP, "        - delay: { constant: 4000 }\n" + LAST_STEP));
        // Its session stays, and its transaction open, until it goes on: only the epoch tells that it is late.
        Load load = new Load(System.nanoTime(), 500, 0);
        try (Pipeline pipeline = new Pipeline(2);
                ChildProcess child = ChildProcess.run(pipeline, slow, patient(pipeline))) {
            load.send(pipeline, 1_000);
            pipeline.flush();
            Pipeline.await()
                    .until(() -> pipeline.count("select count(*) from pg_stat_activity where datname ="
                                    + " current_database() and state = 'idle in transaction'"
                                    + " and now() - state_change > interval '1 second'")
                            > 0);
            child.freeze();
            try {
                pipeline.start(routes("fast", idempotency, 2), Map.of(), Map.of());
                Pipeline.await()
                        .until(() ->
                                pipeline.count("select min(epoch) from headgate.source_position where lane = ''") == 2);
                assertThat(pipeline.count(ENTRIES))
                        .as("the frozen one has the rows")
                        .isLessThan(1_000);
            } finally {
                child.thaw();
            }
            load.send(pipeline, 1_000);
            onceAndInOrder(pipeline, load);
            assertThat(child.isAlive()).as(child::output).isTrue();
            assertThat(child.output()).contains("was taken by another process (epoch ");
        }
    }

    private static Map<String, String> patient(Pipeline pipeline) {
        Map<String, String> patient = new HashMap<>(SHORT_SESSION);
        String url = pipeline.jdbcUrl();
        patient.put(
                "headgate.database.url",
                url + (url.contains("?") ? "&" : "?") + "options=-c%20idle_in_transaction_session_timeout%3D300s");
        return patient;
    }

    @Test
    void what_brokers_say_of_the_group_means_nothing_once_there_is_a_position() throws Exception {
        Load load = new Load(System.nanoTime(), 100, 0);
        Deliveries deliveries = new Deliveries();
        try (Pipeline pipeline = new Pipeline(2);
                Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) Servers.KAFKA.bootstrapServers()))) {
            Path routes = routes("positions", "idempotency: positions", 2);
            Headgate first = pipeline.start(routes, Map.of(), Map.of("deliveries", deliveries));
            load.send(pipeline, 1_000);
            onceAndInOrder(pipeline, load);
            pipeline.stop(first);
            admin.alterConsumerGroupOffsets(
                            pipeline.topic,
                            Map.of(
                                    new TopicPartition(pipeline.topic, 0), new OffsetAndMetadata(0),
                                    new TopicPartition(pipeline.topic, 1), new OffsetAndMetadata(1)))
                    .all()
                    .get();
            load.send(pipeline, 500);
            pipeline.flush();
            try (CapturedLog log = new CapturedLog("dev.headgate.kafka.Beginnings")) {
                pipeline.start(routes, Map.of(), Map.of("deliveries", deliveries));
                onceAndInOrder(pipeline, load);
                assertThat(log.with("headgate positions")).isNotEmpty();
            }
            assertThat(deliveries.redelivered()).isZero();
        }
    }

    @Test
    void the_first_start_of_a_group_with_committed_offsets_takes_them_over() throws Exception {
        Load load = new Load(System.nanoTime(), 100, 0);
        Deliveries deliveries = new Deliveries();
        try (Pipeline pipeline = new Pipeline(2)) {
            Headgate first = pipeline.start(Map.of(), Map.of("deliveries", deliveries));
            load.send(pipeline, 1_000);
            Account.reconciles(pipeline, load);
            pipeline.stop(first);
            // As a version before positions has left it.
            pipeline.execute("truncate headgate.source_position");
            pipeline.start(Map.of(), Map.of("deliveries", deliveries));
            load.send(pipeline, 1_000);
            Account.reconciles(pipeline, load);
            assertThat(deliveries.redelivered()).isZero();
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.text(COUNTS))
                    .isEqualTo("1000 applied, 0 duplicates, 0 dead letters, 0 filtered, 0 parts"));
        }
    }

    /** The database is older than the group's offsets: what has come since is applied again, and nothing else. */
    @ParameterizedTest
    @ValueSource(strings = {"idempotency: keys", "idempotency: positions"})
    void a_restored_backup_goes_on_where_it_was_made(String idempotency) throws Exception {
        Load load = new Load(System.nanoTime(), 100, 0);
        try (Pipeline pipeline = new Pipeline(2)) {
            Path routes = routes("positions", idempotency, 2);
            Headgate first = pipeline.start(routes, Map.of(), Map.of());
            load.send(pipeline, 1_000);
            onceAndInOrder(pipeline, load);
            pipeline.stop(first);
            pipeline.execute("create table backup_position as table headgate.source_position");
            pipeline.execute("create table backup_ledger as table headgate.ledger");
            pipeline.execute("create table backup_orders as table orders");
            pipeline.execute("create table backup_outbox as table headgate.outbox");
            Headgate second = pipeline.start(routes, Map.of(), Map.of());
            load.send(pipeline, 1_000);
            onceAndInOrder(pipeline, load);
            pipeline.stop(second);
            pipeline.execute("""
                    truncate headgate.source_position, headgate.ledger, orders, headgate.outbox;
                    insert into headgate.source_position select * from backup_position;
                    insert into headgate.ledger select * from backup_ledger;
                    insert into orders select * from backup_orders;
                    insert into headgate.outbox overriding system value select * from backup_outbox;
                    """);
            Deliveries deliveries = new Deliveries();
            pipeline.start(routes, Map.of(), Map.of("deliveries", deliveries));
            onceAndInOrder(pipeline, load);
            assertThat(deliveries.records())
                    .as("what the backup has is not read again")
                    .isEqualTo(1_000);
        }
    }

    @Test
    void every_outcome_moves_the_position_and_is_counted() throws Exception {
        Path routes = routes("outcomes", "idempotency: keys", 2);
        Path file = routes.resolve("orders.camel.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(
                                "              - to: { id: orders-validate",
                                "              - filter:\n                  simple: \"${header[kafka.KEY]} != 'filtered'\"\n"
                                        + "                  steps:\n                    - to: { id: orders-validate")
                        .replace(
                                "              - to: { id: orders-batch",
                                "                    - to: { id: orders-batch"));
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(routes, Map.of(), Map.of());
            pipeline.send("a", "a-1", Orders.json("a", 1).getBytes(UTF_8));
            pipeline.flush();
            Pipeline.await().until(() -> pipeline.count(ENTRIES) == 1);
            pipeline.send("a", "a-1", Orders.json("a", 1).getBytes(UTF_8));
            pipeline.send("b", "b-1", "{}".getBytes(UTF_8));
            pipeline.send("filtered", "c-1", Orders.json("c", 1).getBytes(UTF_8));
            pipeline.flush();
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.text(COUNTS))
                    .isEqualTo("1 applied, 1 duplicates, 1 dead letters, 1 filtered, 0 parts"));
            Pipeline.await().until(() -> pipeline.committed() == 4);
            pipeline.stop();
            assertThat(pipeline.count("select low from headgate.source_position where lane = ''"))
                    .isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"idempotency: keys", "idempotency: positions"})
    void a_position_that_the_log_does_not_reach_is_a_reported_loss(String idempotency) throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            Path routes = routes("positions", idempotency, 2);
            Headgate first = pipeline.start(routes, Map.of(), Map.of());
            send(pipeline, 0, 20);
            Pipeline.await().until(() -> pipeline.count(ENTRIES) == 20);
            pipeline.stop(first);
            // The brokers are those of an older backup: their log ends before what is applied.
            pipeline.execute("update headgate.source_position set low = 30, above = null");
            try (CapturedLog log = new CapturedLog("dev.headgate.kafka.Beginnings")) {
                pipeline.start(routes, Map.of(), Map.of());
                Pipeline.await().until(() -> !log.with("ends before offset 30").isEmpty());
                send(pipeline, 20, 25);
                Pipeline.await().until(() -> pipeline.count(ENTRIES) == 25);
            }
            Pipeline.await().until(() -> pipeline.committed() == 25);
            assertThat(pipeline.count("select count(*) from orders"))
                    .as("nothing twice")
                    .isEqualTo(25);
            assertThat(pipeline.count(ENTRIES)).isEqualTo(25);
        }
    }

    @Test
    void a_position_before_the_log_s_start_is_a_reported_loss() throws Exception {
        try (Pipeline pipeline = new Pipeline(1);
                Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) Servers.KAFKA.bootstrapServers()))) {
            Path routes = routes("positions", "idempotency: positions", 2);
            Headgate first = pipeline.start(routes, Map.of(), Map.of());
            send(pipeline, 0, 10);
            Pipeline.await().until(() -> pipeline.count(ENTRIES) == 10);
            pipeline.stop(first);
            send(pipeline, 10, 20);
            admin.deleteRecords(Map.of(new TopicPartition(pipeline.topic, 0), RecordsToDelete.beforeOffset(15)))
                    .all()
                    .get();
            try (CapturedLog log = new CapturedLog("dev.headgate.kafka.Beginnings")) {
                pipeline.start(routes, Map.of(), Map.of());
                Pipeline.await().until(() -> pipeline.count(ENTRIES) == 15);
                assertThat(log.with("offsets 10 to 14")).isNotEmpty();
            }
        }
    }

    private static void send(Pipeline pipeline, int from, int to) {
        for (int i = from; i < to; i++) {
            pipeline.send(new ProducerRecord<>(
                    pipeline.topic, 0, "o" + i, Orders.json("o" + i, 1).getBytes(UTF_8)));
        }
        pipeline.flush();
    }

    private Path routes(String name, String idempotency, int lanes) throws IOException {
        Path routes = folder.resolve(name);
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, routes);
        Path file = routes.resolve("orders.camel.yaml");
        String yaml = Files.readString(file);
        assertThat(yaml).contains(WRITE);
        Files.writeString(
                file, yaml.replace(WRITE, WRITE + "        %s\n        lanes: %d\n".formatted(idempotency, lanes)));
        return routes;
    }

    /** By the outbox, which has an entry for each time that a message took effect. */
    private static void onceAndInOrder(Pipeline pipeline, Load load) {
        pipeline.flush();
        Pipeline.await().until(() -> pipeline.committed() == load.sent());
        Set<String> entries = new HashSet<>(pipeline.texts("""
                select key || ' ' || string_agg(convert_from(payload, 'UTF8')::json ->> 'version', ',' order by id)
                from headgate.outbox group by key
                """));
        Set<String> expected = load.versions().entrySet().stream()
                .map(order -> order.getKey() + " "
                        + IntStream.rangeClosed(1, order.getValue())
                                .mapToObj(String::valueOf)
                                .collect(Collectors.joining(",")))
                .collect(Collectors.toSet());
        Set<String> wrong = new HashSet<>(entries);
        wrong.removeAll(expected);
        assertThat(wrong.stream().limit(10))
                .as("orders whose entries are not 1, 2, 3 ...")
                .isEmpty();
        assertThat(entries).hasSameSizeAs(expected);
    }
}
