package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.app.Headgate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code headgate verify} says of a pipeline that has kept its promises, and of each way to break one. */
class VerifyIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MESSAGES = 200;

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
        Pipeline.await().untilAsserted(() -> assertThat(
                        pipeline.count("select count(*) from headgate.outbox where delivered_at is not null"))
                .isEqualTo(MESSAGES + 1));
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
            Pipeline.await().untilAsserted(() -> assertThat(
                            own.count("select count(*) from headgate.outbox where delivered_at is not null"))
                    .isEqualTo(15));
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
                    sent.topic() + "-0-15",
                    new String(sent.headers().lastHeader("message-id").value(), UTF_8));
            shows("warning", verify(own, 0, "--json"), command(own), twice);
            RoutesFolder.withExactlyOnce(routes);
            shows("error", report(1, run(routes, own.properties(), "--json")), run(routes, own.properties()), twice);
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
