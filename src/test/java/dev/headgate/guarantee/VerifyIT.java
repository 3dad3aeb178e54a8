package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.app.Headgate;
import dev.headgate.kafka.TopicLog;
import dev.headgate.message.ReplaySeal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** What {@code headgate verify} says of a pipeline that has kept its promises, and of each way to break one. */
class VerifyIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MESSAGES = 200;
    private static final String DELIVERED = "select count(*) from headgate.outbox where delivered_at is not null";
    private static final ConfigResource BROKERS = new ConfigResource(ConfigResource.Type.BROKER, "");

    private static Pipeline pipeline;
    private static Admin admin;

    @BeforeAll
    static void run() {
        admin = Admin.create(Map.of("bootstrap.servers", (Object) Servers.KAFKA.bootstrapServers()));
        pipeline = new Pipeline(2);
        Headgate headgate = pipeline.start();
        for (int i = 0; i < MESSAGES; i++) {
            pipeline.sendOrder("o-" + i % 20, "m-" + i, i + 1);
        }
        pipeline.sendOrder("o-1", "m-1", 2);
        pipeline.send("o-2", null, Orders.json("o-2", 500).getBytes(UTF_8));
        pipeline.send("o-3", "bad", "{".getBytes(UTF_8));
        pipeline.flush();
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(MESSAGES + 3));
        Pipeline.await()
                .untilAsserted(() -> assertThat(pipeline.count(DELIVERED)).isEqualTo(MESSAGES + 1));
        pipeline.stop(headgate);
    }

    @AfterAll
    static void close() {
        pipeline.close();
        admin.close();
    }

    @Test
    void a_pipeline_that_ran_to_its_end_holds() {
        JsonNode report = verify(0, "--json");
        assertThat(kinds(report)).isEmpty();
        assertThat(sum(report, "records")).isEqualTo(MESSAGES + 3);
        assertThat(sum(report, "applied")).isEqualTo(MESSAGES + 1);
        assertThat(sum(report, "duplicates")).isEqualTo(1);
        assertThat(sum(report, "deadLetters")).isEqualTo(1);
        JsonNode destination = report.get("destinations").get(0);
        assertThat(destination.get("entries").asLong()).isEqualTo(MESSAGES + 1);
        assertThat(destination.get("delivered").asLong()).isEqualTo(MESSAGES + 1);

        JsonNode sampled = verify(0, "--json", "--sample", "20", "--since", "1h", "--pipeline", "orders");
        assertThat(sum(sampled, "records")).isEqualTo(40);
        assertThat(command("--pipeline", "odrers").exitCode()).isEqualTo(2);
        assertThat(command().succeeded().out()).contains("PARTITION").endsWith("no errors, no warnings\n");
    }

    @Test
    void a_ledger_row_an_entry_of_the_target_and_the_process_of_a_job_that_are_missing_are_named_each() {
        String source = pipeline.text("select source from headgate.ledger where key = 'm-17'");
        pipeline.execute("update headgate.ledger set key = 'away' where key = 'm-17'");
        pipeline.execute("insert into headgate.outbox (pipeline, destination, key, payload, delivered_at)"
                + " values ('orders', 'orders-applied', 'o-1', '', now())");
        String entry = pipeline.text("select max(id) from headgate.outbox");
        pipeline.execute("insert into headgate.job (queue, state, lease, attempted_at)"
                + " values ('send-receipt', 'executing', 999999, now() - interval '1 hour')");
        String job = pipeline.text("select max(id) from headgate.job");
        try {
            shows(
                    verify(1, "--json"),
                    command(),
                    new Finding("lost", source, "m-17"),
                    new Finding("not-in-target", "outbox:orders-applied:" + entry, "key o-1"),
                    new Finding("orphan-job", "job:send-receipt:" + job, "since "));
        } finally {
            pipeline.execute("update headgate.ledger set key = 'm-17' where key = 'away'");
            pipeline.execute("delete from headgate.outbox where id = " + entry);
            pipeline.execute("delete from headgate.job where id = " + job);
        }
    }

    @Test
    void a_record_that_the_position_has_passed_by_is_lost() throws Exception {
        TopicPartition partition = new TopicPartition(pipeline.topic, 1);
        OffsetAndMetadata before = position(partition);
        pipeline.send(new ProducerRecord<>(
                pipeline.topic, 1, "o-1", Orders.json("o-1", 900).getBytes(UTF_8)));
        pipeline.flush();
        String source = partition + "-" + before.offset();
        setPosition(partition, new OffsetAndMetadata(before.offset() + 1, before.metadata()));
        try {
            shows(pipeline, "lost", source, "@at:" + source);
            setPosition(partition, new OffsetAndMetadata(before.offset() + 100, before.metadata()));
            assertThat(kinds(verify(1, "--json"))).containsExactlyInAnyOrder("lost", "beyond-the-end");
        } finally {
            setPosition(partition, before);
        }
    }

    @Test
    void records_that_were_deleted_before_they_were_read_and_entries_sent_twice_are_named(@TempDir Path routes)
            throws Exception {
        try (Pipeline own = new Pipeline(1)) {
            TopicPartition partition = new TopicPartition(own.topic, 0);
            Headgate first = own.start();
            send(own, 0, 10);
            Pipeline.await().untilAsserted(() -> assertThat(own.committed()).isEqualTo(10));
            own.stop(first);
            send(own, 10, 30);
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(25)))
                    .all()
                    .get();
            shows(own, "deleted-unread", partition + "-10 to 24", null);

            Headgate second = own.start();
            Pipeline.await().untilAsserted(() -> assertThat(own.committed()).isEqualTo(30));
            Pipeline.await()
                    .untilAsserted(() -> assertThat(own.count(DELIVERED)).isEqualTo(15));
            own.stop(second);
            assertThat(kinds(verify(own, 1, "--json"))).containsExactly("deleted-unread");

            own.execute("update headgate.ledger set applied_at = now() - interval '20 days'");
            assertThat(kinds(verify(own, 0, "--json")))
                    .as("nothing is known of so long ago")
                    .isEmpty();
            ConsumerRecord<String, byte[]> sent = own.applied().get(3);
            own.send(new ProducerRecord<>(sent.topic(), 0, sent.key(), sent.value(), sent.headers()));
            own.flush();
            Finding twice = new Finding(
                    "sent-twice",
                    sent.topic() + "-0-" + own.applied().get(15).offset(),
                    new String(sent.headers().lastHeader("message-id").value(), UTF_8));
            shows("error", verify(own, 1, "--json"), command(own), twice);
            RoutesFolder.withoutExactlyOnce(routes);
            shows("warning", report(0, run(routes, own.properties(), "--json")), run(routes, own.properties()), twice);
        }
    }

    @Test
    void an_object_that_the_manifest_names_and_the_bucket_lacks_is_missing(@TempDir Path directory) {
        try (Archive archive = new Archive(1, directory)) {
            Headgate headgate = archive.start(Map.of());
            send(archive.pipeline, 0, 5);
            Pipeline.await().untilAsserted(() -> assertThat(archive.pipeline.committed())
                    .isEqualTo(5));
            headgate.close();
            Map<String, String> settings = new HashMap<>(archive.pipeline.properties());
            settings.putAll(archive.properties());
            assertThat(kinds(report(0, run(Archive.ROUTES, settings, "--json"))))
                    .isEmpty();

            String gone = "a/" + archive.named().get(0);
            archive.pipeline.execute(
                    "insert into headgate.object_manifest (bucket, key, pipeline, batch_id, format, messages, bytes, earliest, latest)"
                            + " select bucket, '" + gone
                            + "', pipeline, batch_id, format, messages, bytes, earliest, latest from headgate.object_manifest limit 1");
            shows(
                    report(1, run(Archive.ROUTES, settings, "--json")),
                    run(Archive.ROUTES, settings),
                    new Finding("object-missing", "s3://archive/" + gone, "orders-archive"));
        }
    }

    /** The stranger's transaction ends when the command waits for it, and not before. */
    @Test
    void beside_a_relay_that_sends_in_transactions_all_is_looked_at_that_was_there() throws Exception {
        try (Pipeline own = new Pipeline(2);
                KafkaProducer<String, byte[]> stranger = stranger()) {
            own.start();
            AtomicBoolean flowing = new AtomicBoolean(true);
            CompletableFuture<Void> flow = CompletableFuture.runAsync(() -> {
                for (int sent = 0; flowing.get(); sent += 50) {
                    send(own, sent, sent + 50);
                    long enough = sent - 500L;
                    Pipeline.await().until(() -> !flowing.get() || own.count(DELIVERED) > enough);
                }
            });
            try {
                Pipeline.await().until(() -> own.count(DELIVERED) > 500);
                stranger.beginTransaction();
                stranger.send(new ProducerRecord<>(own.topic + "-applied", 0, "o-1", new byte[1]))
                        .get();
                long before = own.count(DELIVERED);
                JsonNode report = report(
                        0, HeadgateCommand.run(Pipeline.ROUTES, own.properties(), List.of("verify", "--json"), line -> {
                            if (line.startsWith("Waiting for the transactions")) {
                                stranger.commitTransaction();
                            }
                        }));
                assertThat(kinds(report)).as(report::toPrettyString).isEmpty();
                assertThat(report.at("/destinations/0/delivered").asLong()).isGreaterThanOrEqualTo(before);
            } finally {
                flowing.set(false);
                flow.join();
            }
        }
    }

    @Test
    void a_transaction_is_not_waited_for_longer_than_that() throws Exception {
        try (KafkaProducer<String, byte[]> stranger = stranger();
                CamelContext context = new DefaultCamelContext()) {
            context.start();
            String topic = pipeline.name + "-open";
            Servers.KAFKA.createTopic(topic, 1, Map.of());
            stranger.beginTransaction();
            stranger.send(new ProducerRecord<>(topic, "o-1", new byte[1])).get();
            String uri = "kafka:%s?isolationLevel=read_committed&brokers=%s"
                    .formatted(topic, Servers.KAFKA.bootstrapServers());
            try (TopicLog log = new TopicLog(
                    context.getEndpoint(uri, KafkaEndpoint.class),
                    (source, token) -> OptionalInt.empty(),
                    new ReplaySeal(() -> new byte[0]))) {
                List<TopicLog.Partition> open = log.partitions(null);
                assertThat(log.settled(open, Duration.ofMillis(1)).get(0).unreadable())
                        .isEqualTo(1);
                stranger.send(new ProducerRecord<>(topic, "o-1", new byte[1]));
                stranger.commitTransaction();
                TopicLog.Partition settled =
                        log.settled(open, Duration.ofSeconds(30)).get(0);
                assertThat(settled.unreadable()).isZero();
                assertThat(settled.end())
                        .as("what has come since is not of that time")
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void an_entry_that_waits_for_more_than_ten_minutes_is_pending() {
        pipeline.execute("insert into headgate.outbox (pipeline, destination, key, payload, created_at)"
                + " values ('orders', 'orders-applied', 'o-8', '', now() - interval '11 minutes'),"
                + " ('orders', 'orders-applied', 'o-9', '', now() - interval '9 minutes')");
        String entry = pipeline.text("select id from headgate.outbox where key = 'o-8' and delivered_at is null");
        try {
            JsonNode report = verify(0, "--json");
            shows("warning", report, command(), new Finding("pending", "outbox:orders-applied:" + entry, "o-8"));
            assertThat(report.at("/destinations/0/pending").asLong()).isEqualTo(1);
        } finally {
            pipeline.execute("delete from headgate.outbox where delivered_at is null");
        }
    }

    @Test
    void what_is_lost_behind_a_step_that_asks_another_server_is_unproven(@TempDir Path routes) throws Exception {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, routes);
        Path file = routes.resolve("orders.camel.yaml");
        String first = "        - throttle: { id: orders-throttle";
        String yaml = Files.readString(file);
        assertThat(yaml).contains(first);
        Files.writeString(
                file, yaml.replace(first, "        - to: { id: orders-ask, uri: \"sql:select 1\" }\n" + first));
        String source = pipeline.text("select source from headgate.ledger where key = 'm-18'");
        pipeline.execute("update headgate.ledger set key = 'away' where key = 'm-18'");
        try {
            JsonNode report = report(0, run(routes, pipeline.properties(), "--json"));
            shows("warning", report, run(routes, pipeline.properties()), new Finding("unproven", source, "m-18"));
            assertThat(sum(report, "unproven")).isEqualTo(1);
            assertThat(sum(report, "lost")).isZero();
        } finally {
            pipeline.execute("update headgate.ledger set key = 'm-18' where key = 'away'");
        }
    }

    @Test
    void a_duplicate_that_holds_something_else_is_named() {
        try (Pipeline own = new Pipeline(1)) {
            Headgate headgate = own.start();
            own.sendOrder("o-1", "m-1", 1);
            own.sendOrder("o-1", "m-1", 1);
            own.sendOrder("o-1", "m-1", 2);
            own.flush();
            Pipeline.await().untilAsserted(() -> assertThat(own.committed()).isEqualTo(3));
            Pipeline.await()
                    .untilAsserted(() -> assertThat(own.count(DELIVERED)).isEqualTo(1));
            own.stop(headgate);
            shows(
                    "warning",
                    verify(own, 0, "--json"),
                    command(own),
                    new Finding("other-content", own.topic + "-0-2", "m-1"));
        }
    }

    @Test
    void an_entry_behind_a_later_one_of_its_key_is_out_of_order_unless_it_was_a_dead_letter() {
        try (Pipeline own = new Pipeline(1)) {
            own.migrate();
            own.execute("insert into headgate.outbox (pipeline, destination, key, payload, delivered_at)"
                    + " select 'orders', 'orders-applied', 'o-1', '', now() from generate_series(1, 2)");
            List<String> ids = own.texts("select i.id || '-' || o.id from headgate.outbox o, headgate.installation i"
                    + " order by o.id desc");
            ids.forEach(id -> own.send(Orders.message(own.topic + "-applied", "o-1", id, new byte[1])));
            own.flush();
            shows(own, "out-of-order", own.topic + "-applied-0-1", "key o-1");

            own.execute("insert into headgate.dead_letter (pipeline, stage, reason, headers, source, received_at)"
                    + " select 'orders', 'outbox:orders-applied', 'HTTP 404', '{}', 'outbox:orders-applied:' || min(id),"
                    + " now() from headgate.outbox");
            assertThat(kinds(verify(own, 0, "--json"))).isEmpty();
        }
    }

    @Test
    void records_that_compaction_has_removed_are_offsets_without_a_record_and_not_lost() throws Exception {
        try (Pipeline own = new Pipeline(1)) {
            configure(
                    topic(own.topic),
                    Map.of("cleanup.policy", "compact", "segment.ms", "10", "min.cleanable.dirty.ratio", "0.01"));
            configure(topic(own.topic + "-applied"), Map.of("cleanup.policy", "compact"));
            Headgate headgate = own.start();
            for (int i = 0; i < 20; i++) {
                own.sendOrder("o-" + i % 5, "m-" + i, i + 1);
            }
            own.flush();
            Pipeline.await().untilAsserted(() -> assertThat(own.committed()).isEqualTo(20));
            // In a segment of its own: what is in those before it can be compacted.
            own.sendOrder("o-9", "m-20", 21);
            own.flush();
            Pipeline.await().untilAsserted(() -> assertThat(own.committed()).isEqualTo(21));
            own.stop(headgate);
            configure(BROKERS, Map.of("log.cleaner.backoff.ms", "50"));
            try {
                Pipeline.await().until(() -> own.records(own.topic).size() == 6);
            } finally {
                configure(BROKERS, Map.of("log.cleaner.backoff.ms", "15000"));
            }

            JsonNode report = verify(own, 0, "--json");
            assertThat(kinds(report)).containsExactlyInAnyOrder("no-record", "not-looked-at");
            JsonNode none = report.get("findings").get(kinds(report).indexOf("no-record"));
            assertThat(none.get("severity").asText()).isEqualTo("note");
            assertThat(none.get("count").asLong()).isEqualTo(15);
            assertThat(none.get("remedy").asText()).startsWith("the topic is compacted");
            assertThat(sum(report, "applied")).isEqualTo(6);
        }
    }

    /** Its records as exchanges would be some hundred megabytes. */
    @Test
    void a_topic_that_is_larger_than_the_memory_is_looked_at() {
        int many = 300_000;
        try (Pipeline own = new Pipeline(1)) {
            own.migrate();
            byte[] value = Orders.json("o", 1).getBytes(UTF_8);
            for (int i = 0; i < many; i++) {
                own.send(new ProducerRecord<>(own.topic, 0, null, value));
            }
            own.flush();
            own.execute("insert into headgate.source_position (consumer_group, source, lane, epoch, low, keyed)"
                    + " values ('%s', '%s-0', '', 1, %d, false)".formatted(own.topic, own.topic, many));
            JsonNode sampled = verify(own, 0, "--json", "--sample", "1000");
            assertThat(sum(sampled, "records")).isEqualTo(1_000);
            assertThat(sum(sampled, "applied")).isEqualTo(1_000);

            try (ChildProcess all =
                    ChildProcess.command(own, "64m", "verify", "--routes", Pipeline.ROUTES.toString())) {
                assertThat(all.finish(Duration.ofMinutes(2))).as(all::output).isZero();
                assertThat(all.output()).containsPattern("%s-0 +0 +%d +%d +%d ".formatted(own.topic, many, many, many));
            }
        }
    }

    private static KafkaProducer<String, byte[]> stranger() {
        KafkaProducer<String, byte[]> stranger = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        Servers.KAFKA.bootstrapServers(),
                        "transactional.id",
                        "stranger-" + System.nanoTime(),
                        "transaction.timeout.ms",
                        "600000"),
                new StringSerializer(),
                new ByteArraySerializer());
        stranger.initTransactions();
        return stranger;
    }

    private static ConfigResource topic(String name) {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    private static void configure(ConfigResource what, Map<String, String> settings)
            throws ExecutionException, InterruptedException {
        admin.incrementalAlterConfigs(Map.of(
                        what,
                        settings.entrySet().stream()
                                .map(setting -> new AlterConfigOp(
                                        new ConfigEntry(setting.getKey(), setting.getValue()),
                                        AlterConfigOp.OpType.SET))
                                .toList()))
                .all()
                .get();
    }

    private static void send(Pipeline to, int from, int end) {
        for (int i = from; i < end; i++) {
            to.send("o-" + i, null, Orders.json("o-" + i, 1).getBytes(UTF_8));
        }
        to.flush();
    }

    private static OffsetAndMetadata position(TopicPartition partition)
            throws ExecutionException, InterruptedException {
        return admin.listConsumerGroupOffsets(pipeline.topic)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
    }

    private static void setPosition(TopicPartition partition, OffsetAndMetadata position)
            throws ExecutionException, InterruptedException {
        admin.alterConsumerGroupOffsets(pipeline.topic, Map.of(partition, position))
                .all()
                .get();
        pipeline.execute("update headgate.source_position set low = %d where lane = '' and source = '%s'"
                .formatted(position.offset(), partition));
    }

    /** @param key null if it has none */
    private record Finding(String kind, String position, String key) {}

    private static void shows(Pipeline of, String kind, String position, String key) {
        shows(verify(of, 1, "--json"), command(of), new Finding(kind, position, key));
    }

    /** Exactly these findings, all of one severity, each with its place, in both forms. */
    private static void shows(JsonNode report, HeadgateCommand text, Finding... expected) {
        shows("error", report, text, expected);
    }

    private static void shows(String severity, JsonNode report, HeadgateCommand text, Finding... expected) {
        boolean kept = !severity.equals("error");
        List<String> all = Stream.of(expected).map(Finding::kind).toList();
        assertThat(kinds(report)).as(report::toPrettyString).containsExactlyInAnyOrderElementsOf(all);
        assertThat(report.get("kept").asBoolean()).isEqualTo(kept);
        assertThat(text.exitCode()).isEqualTo(kept ? 0 : 1);
        for (Finding finding : expected) {
            JsonNode found = report.get("findings").get(kinds(report).indexOf(finding.kind));
            JsonNode example = found.get("examples").get(0);
            String key = finding.key == null ? "" : finding.key;
            assertThat(found.get("severity").asText()).isEqualTo(severity);
            assertThat(example.get("position").asText()).isEqualTo(finding.position);
            assertThat(example.get("key").asText()).contains(finding.key == null ? "null" : key);
            assertThat(text.out().lines().filter(line -> line.startsWith(severity + ": " + finding.kind + ": ")))
                    .singleElement()
                    .asString()
                    .contains(finding.position, key);
        }
    }

    private static JsonNode verify(int exitCode, String... options) {
        return verify(pipeline, exitCode, options);
    }

    private static JsonNode verify(Pipeline of, int exitCode, String... options) {
        return report(exitCode, command(of, options));
    }

    private static JsonNode report(int exitCode, HeadgateCommand command) {
        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(exitCode);
        try {
            return JSON.readTree(command.out());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(command.out(), e);
        }
    }

    private static HeadgateCommand command(String... options) {
        return command(pipeline, options);
    }

    private static HeadgateCommand command(Pipeline of, String... options) {
        return run(Pipeline.ROUTES, of.properties(), options);
    }

    private static HeadgateCommand run(Path routes, Map<String, String> settings, String... options) {
        List<String> words = new ArrayList<>(List.of("verify"));
        words.addAll(List.of(options));
        return HeadgateCommand.run(routes, settings, words);
    }

    private static List<String> kinds(JsonNode report) {
        List<String> kinds = new ArrayList<>();
        report.get("findings").forEach(finding -> kinds.add(finding.get("kind").asText()));
        return kinds;
    }

    private static long sum(JsonNode report, String outcome) {
        long sum = 0;
        for (JsonNode partition : report.get("partitions")) {
            sum += partition.get(outcome).asLong();
        }
        return sum;
    }
}
