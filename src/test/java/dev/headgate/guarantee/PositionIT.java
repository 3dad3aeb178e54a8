package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
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
            String epochs = "select sum(epoch) from headgate.source_position where lane = ''";
            long before = pipeline.count(epochs);
            try {
                pipeline.start(routes("fast", idempotency, 2), Map.of(), Map.of());
                Pipeline.await().until(() -> pipeline.count(epochs) == before + 2);
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

    /** The answers of some commits are lost with their connections: there are no keys by which a retry could see that. */
    @Test
    void what_was_committed_without_an_answer_is_not_applied_again() throws IOException {
        Load load = new Load(System.nanoTime(), 5_000, 0);
        try (Pipeline pipeline = new Pipeline(4);
                Sink sink = new Sink(pipeline)) {
            Deliveries deliveries = new Deliveries();
            Path routes = routes("positions", "idempotency: positions", 2);
            // Small batches, so that there are many commits.
            Map<String, String> small = new HashMap<>(sink.properties(""));
            small.put("camel.component.batch.linger", "10ms");
            pipeline.start(routes, small, Map.of("deliveries", deliveries));
            CompletableFuture<Void> sending = load.sendSteadily(pipeline, 40_000, 2_000);
            Pipeline.await().until(() -> pipeline.count(ENTRIES) > 1_000);
            // It does its work between the client's COMMIT and the server's, who does not hear of the cut meanwhile.
            sink.execute("""
                    create function slowly() returns trigger language plpgsql as
                    $$ begin perform pg_sleep(0.05); return null; end $$;
                    create constraint trigger slowly after update on headgate.source_position
                    deferrable initially deferred for each row execute function slowly()
                    """);
            sink.repeat(sink.proxy::cut, Duration.ofMillis(400));
            sending.join();
            sink.endRepeating();
            sink.execute("drop trigger slowly on headgate.source_position");
            onceAndInOrder(pipeline, load);
            assertThat(deliveries.redelivered()).isZero();
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.text(COUNTS))
                    .isEqualTo("40000 applied, 0 duplicates, 0 dead letters, 0 filtered, 0 parts"));
        }
    }

    @Test
    void refused_messages_are_dead_letters_once_while_processes_come_and_are_killed() throws IOException {
        Load load = new Load(System.nanoTime(), 500, 0);
        int refused = 60;
        try (Pipeline pipeline = new Pipeline(4)) {
            Path routes = routes("positions", "idempotency: positions", 2);
            pipeline.migrate();
            pipeline.execute("alter table orders add constraint affordable check (amount < 1000)");
            for (int i = 0; i < refused; i++) {
                load.send(pipeline, 500);
                String dear = Orders.json("dear-" + i, 1).replace("12.50", "1250");
                pipeline.send("dear-" + i, "dear-" + i, dear.getBytes(UTF_8));
            }
            pipeline.flush();
            try (ChildProcess first = ChildProcess.run(pipeline, routes, SHORT_SESSION)) {
                Pipeline.await().until(() -> pipeline.count("select count(*) from headgate.dead_letter") > 3);
                Headgate second = pipeline.start(routes, Map.of(), Map.of());
                Pipeline.await().until(() -> pipeline.count("select count(*) from headgate.dead_letter") > refused / 2);
                first.kill();
                pipeline.stop(second);
            }
            pipeline.start(routes, Map.of(), Map.of());
            onceAndInOrder(pipeline, load, refused);
            assertThat(pipeline.count("select count(distinct source) from headgate.dead_letter"))
                    .isEqualTo(refused);
            assertThat(pipeline.count("select count(*) from headgate.dead_letter"))
                    .isEqualTo(refused);
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.text(COUNTS))
                    .isEqualTo("%d applied, 0 duplicates, %d dead letters, 0 filtered, 0 parts"
                            .formatted(load.sent(), refused)));
        }
    }

    @Test
    void what_its_sender_sends_again_is_applied_again_though_the_route_asks_the_ledger() throws IOException {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(routes("again", "idempotency: positions", 1), Map.of(), Map.of());
            for (int sent = 1; sent <= 3; sent++) {
                int times = sent;
                pipeline.sendOrder("a", "a-1", 1);
                pipeline.flush();
                Pipeline.await().until(() -> pipeline.committed() == times);
            }
            assertThat(pipeline.count(ENTRIES)).isEqualTo(3);
        }
    }

    /** What has become of it is nothing that a key could stand for: the next record with it can fare otherwise. */
    @ParameterizedTest
    @ValueSource(strings = {"positions", "keys"})
    void what_the_route_filters_does_not_keep_the_next_one_with_its_key_out(String idempotency) throws IOException {
        Path routes = routes("filtered-" + idempotency, "idempotency: " + idempotency, 1);
        Path file = routes.resolve("orders.camel.yaml");
        String batch = "              - to: { id: orders-batch, uri: \"batch:orders\" }";
        String yaml = Files.readString(file);
        assertThat(yaml).contains(batch);
        Files.writeString(
                file,
                yaml.replace(
                        batch,
                        "              - filter:\n                  simple: \"${bean:open?method=get}\"\n                  steps:\n"
                                + "                    - to: { id: orders-batch, uri: \"batch:orders\" }"));
        AtomicBoolean open = new AtomicBoolean();
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.start(routes, Map.of(), Map.of("open", open));
            pipeline.sendOrder("a", "a-1", 1);
            pipeline.flush();
            Pipeline.await().until(() -> pipeline.committed() == 1);
            open.set(true);
            pipeline.sendOrder("a", "a-1", 1);
            pipeline.flush();
            Pipeline.await().until(() -> pipeline.committed() == 2);
            assertThat(pipeline.count(ENTRIES)).isOne();
        }
    }

    @Test
    void parts_are_applied_once_without_keys_of_their_own() throws IOException {
        Path routes = routes("split", "idempotency: positions", 3);
        Path file = routes.resolve("orders.camel.yaml");
        String batch = "              - to: { id: orders-batch, uri: \"batch:orders\" }";
        String yaml = Files.readString(file);
        assertThat(yaml).contains(batch);
        Files.writeString(
                file,
                yaml.replace(
                                "              - to: { id: orders-validate, uri: \"json-schema:orders.schema.json\" }\n",
                                "")
                        .replace(
                                batch,
                                "              - split:\n                  tokenize: \"\\n\"\n                  steps:\n"
                                        + "                    - to: { id: orders-batch, uri: \"batch:orders\" }"));
        try (Pipeline pipeline = new Pipeline(1)) {
            Headgate first = pipeline.start(routes, Map.of(), Map.of());
            for (int i = 0; i < 100; i++) {
                pipeline.send(
                        "whole",
                        "id-" + i,
                        String.join("\n", Orders.json("a" + i, 1), Orders.json("b" + i, 1), Orders.json("c" + i, 1))
                                .getBytes(UTF_8));
            }
            pipeline.flush();
            Pipeline.await().until(() -> pipeline.committed() == 100);
            pipeline.stop(first);
            assertThat(pipeline.count(ENTRIES)).isEqualTo(300);
            assertThat(pipeline.count("select low from headgate.source_position where lane = ''"))
                    .isEqualTo(100);
            assertThat(pipeline.text(COUNTS))
                    .isEqualTo("300 applied, 0 duplicates, 0 dead letters, 0 filtered, 300 parts");

            pipeline.execute("update headgate.source_position set low = 50, above = null");
            pipeline.start(routes, Map.of(), Map.of());
            Pipeline.await().until(() -> pipeline.text(COUNTS).startsWith("300 applied, 150 duplicates"));
            assertThat(pipeline.count(ENTRIES)).isEqualTo(300);
        }
    }

    @Test
    void positions_are_listed_set_and_rewound_while_nobody_reads() throws Exception {
        Load load = new Load(System.nanoTime(), 100, 0);
        try (Pipeline pipeline = new Pipeline(1)) {
            assertThat(command(pipeline, "list").succeeded().err()).contains("There are no positions");
            Headgate first = pipeline.start();
            load.send(pipeline, 100);
            Account.reconciles(pipeline, load);
            Instant time = Instant.now();
            Pipeline.await().until(() -> Instant.now().isAfter(time.plusMillis(5)));
            load.send(pipeline, 100);
            Account.reconciles(pipeline, load);
            String rewind = "rewind --pipeline orders --to-time " + time;
            command(pipeline, rewind + " --apply").failed(1, "is being read: stop the processes of pipeline orders");
            pipeline.stop(first);

            assertThat(command(pipeline, "list").succeeded().out()).contains(pipeline.topic + "-0", " 200 ", "yes");
            JsonNode list = new ObjectMapper()
                    .readTree(command(pipeline, "list --json").succeeded().out());
            assertThat(list.get(0).get("position").asLong()).isEqualTo(200);
            assertThat(list.get(0).get("outcomes").get("applied").asLong()).isEqualTo(200);

            HeadgateCommand dry = command(pipeline, rewind).succeeded();
            assertThat(dry.err()).contains("Nothing is moved yet: --apply does it.");
            assertThat(low(pipeline)).isEqualTo(200);
            JsonNode done = new ObjectMapper()
                    .readTree(command(pipeline, rewind + " --apply --json")
                            .succeeded()
                            .out());
            assertThat(done.get("applied").asBoolean()).isTrue();
            assertThat(done.get("moves").get(0).get("to").asLong()).isEqualTo(100);
            assertThat(low(pipeline)).isEqualTo(100);

            Deliveries deliveries = new Deliveries();
            Headgate second = pipeline.start(Map.of(), Map.of("deliveries", deliveries));
            Pipeline.await().until(() -> deliveries.records() == 100);
            Account.reconciles(pipeline, load);
            Pipeline.await().until(() -> low(pipeline) == 200);
            pipeline.stop(second);

            String set = "set --pipeline orders --partition " + pipeline.topic + "-0 --offset ";
            command(pipeline, set + "201 --apply").failed(2, "--offset must be from 0 to 200");
            command(pipeline, "set --pipeline orders --partition nowhere-0 --offset 1")
                    .failed(2, "There is no partition nowhere-0");
            command(pipeline, "rewind --pipeline orders --to-time yesterday")
                    .failed(2, "is not a time with its offset");
            command(pipeline, set + "150 --apply").succeeded();
            assertThat(low(pipeline)).isEqualTo(150);
        }
    }

    @Test
    void positions_that_no_route_reads_are_marked_and_deleted_unless_the_group_has_members() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            Headgate headgate = pipeline.start();
            send(pipeline, 0, 10);
            Pipeline.await().until(() -> pipeline.committed() == 10);
            String gone = pipeline.name + "-gone";
            pipeline.execute("insert into headgate.source_position (consumer_group, source, lane, epoch, low) values"
                    + " ('%1$s', 'payments-0', '', 3, 5), ('%1$s', 'payments-0', 'orders/1', 3, 5), ('%2$s', '%2$s-7', '', 1, 9)"
                            .formatted(gone, pipeline.topic));
            String own = "delete --group " + pipeline.topic;
            command(pipeline, own + " --apply").failed(1, "is being read: stop its processes");
            pipeline.stop(headgate);

            assertThat(command(pipeline, "list").succeeded().out()).contains("ROUTES", " orders", " none");
            JsonNode list = new ObjectMapper()
                    .readTree(command(pipeline, "list --json --group " + gone)
                            .succeeded()
                            .out());
            assertThat(list).hasSize(1);
            assertThat(list.get(0).get("routes")).isEmpty();

            HeadgateCommand dry = command(pipeline, own).succeeded();
            assertThat(dry.out()).contains(pipeline.topic + "-7").doesNotContain(pipeline.topic + "-0");
            assertThat(dry.err())
                    .contains("that a route of routes reads stay: 1 of 2.", "Nothing is deleted yet: --apply does it.");
            assertThat(sources(pipeline)).hasSize(3);
            command(pipeline, own + " --apply").succeeded();
            assertThat(sources(pipeline)).containsExactly("payments-0", pipeline.topic + "-0");

            String abandoned = "delete --group " + gone + " --apply --json";
            try (KafkaConsumer<byte[], byte[]> member = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", Servers.KAFKA.bootstrapServers(), "group.id", gone),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer())) {
                member.subscribe(List.of(pipeline.topic));
                Pipeline.await().until(() -> {
                    member.poll(Duration.ofMillis(100));
                    return !member.assignment().isEmpty();
                });
                command(pipeline, abandoned).failed(1, "is being read: stop its processes");
            }
            JsonNode done = new ObjectMapper()
                    .readTree(command(pipeline, abandoned).succeeded().out());
            assertThat(done.get("applied").asBoolean()).isTrue();
            assertThat(done.get("deleted").get(0).get("partition").asText()).isEqualTo("payments-0");
            assertThat(sources(pipeline)).containsExactly(pipeline.topic + "-0");
            command(pipeline, abandoned).failed(2, "There are no positions of a group " + gone);
        }
    }

    private static List<String> sources(Pipeline pipeline) {
        return pipeline.texts("select distinct source from headgate.source_position order by source");
    }

    @Test
    void verify_accounts_by_positions_for_what_has_no_keys() throws Exception {
        Load load = new Load(System.nanoTime(), 100, 0);
        try (Pipeline pipeline = new Pipeline(2)) {
            Path routes = routes("positions", "idempotency: positions", 2);
            Headgate headgate = pipeline.start(routes, Map.of(), Map.of());
            load.send(pipeline, 500);
            onceAndInOrder(pipeline, load);
            Pipeline.await()
                    .until(() ->
                            pipeline.count("select count(*) from headgate.outbox where delivered_at is null") == 0);
            pipeline.stop(headgate);

            HeadgateCommand verified = HeadgateCommand.run(routes, pipeline.properties(), List.of("verify", "--json"));
            assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
            JsonNode report = new ObjectMapper().readTree(verified.out());
            assertThat(report.get("partitions").findValues("applied").stream()
                            .mapToLong(JsonNode::asLong)
                            .sum())
                    .isEqualTo(500);
        }
    }

    private static void onServer(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        Servers.POSTGRES.jdbcUrl(), Servers.POSTGRES.user(), Servers.POSTGRES.password());
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    private static long low(Pipeline pipeline) {
        return pipeline.count("select max(low) from headgate.source_position");
    }

    private static HeadgateCommand command(Pipeline pipeline, String words) {
        pipeline.migrate();
        return HeadgateCommand.run(pipeline, List.of(("positions " + words).split(" ", -1)));
    }

    /** There is no position yet that could say where to begin, and the consumer has polled further. */
    @Test
    void a_partition_that_is_lost_before_anything_is_written_is_read_again_from_where_it_was() throws Exception {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            send(pipeline, 0, 100);
            try (Connection lock = pipeline.lockOrders()) {
                // Until then nobody writes how far it is.
                pipeline.start(
                        routes("routes", "idempotency: positions", 2),
                        Map.of("headgate.commit-interval", "20s"),
                        Map.of());
                pipeline.awaitWaitingForLocks(1);
                assertThat(pipeline.texts(
                                "update headgate.source_position set epoch = 1001 where low is null returning 1"))
                        .hasSize(1);
                // It has heard of that, not from its batch, and has taken the partition again.
                Pipeline.await()
                        .untilAsserted(() -> assertThat(pipeline.count("select epoch from headgate.source_position"))
                                .isEqualTo(1002));
                lock.rollback();
            }
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(100));
            assertThat(pipeline.count("select count(*) from orders")).isEqualTo(100);
        }
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
            onServer("create database %s_backup template %s".formatted(pipeline.name, pipeline.name));
            Headgate second = pipeline.start(routes, Map.of(), Map.of());
            load.send(pipeline, 1_000);
            onceAndInOrder(pipeline, load);
            pipeline.stop(second);
            onServer("drop database %s with (force)".formatted(pipeline.name));
            onServer("alter database %s_backup rename to %s".formatted(pipeline.name, pipeline.name));
            Deliveries deliveries = new Deliveries();
            pipeline.start(routes, Map.of(), Map.of("deliveries", deliveries));
            Pipeline.await().until(() -> pipeline.count(ENTRIES) == 2_000);
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
        onceAndInOrder(pipeline, load, 0);
    }

    /** @param others how many messages were sent besides, which have no entry */
    private static void onceAndInOrder(Pipeline pipeline, Load load, int others) {
        pipeline.flush();
        Pipeline.await().until(() -> pipeline.committed() == load.sent() + others);
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
