package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.headgate.app.Headgate;
import dev.headgate.app.SendingContext;
import dev.headgate.database.Database;
import dev.headgate.deadletter.ReplayReport;
import dev.headgate.deadletter.Replayer;
import dev.headgate.deadletter.Selection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Promise 2 for replays: the same message, however often it is sent again, and however often it is refused again. */
class DeadLetterReplayIT {

    private static final String REFUSE = "alter table orders add constraint refused check (version <> 666)";
    private static final String ALLOW = "alter table orders drop constraint refused";
    private static final String ROW = "select state || ', replays ' || replays || ', '"
            + " || case when settled_at is null then 'open' else 'settled' end from headgate.dead_letter order by id";

    @Test
    void without_a_message_id_it_is_applied_once_though_it_is_replayed_twice() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            sendRefused(pipeline, null);
            pipeline.execute(ALLOW);

            assertThat(replayAll(pipeline).out()).isEqualTo("Replayed 1 dead letter (orders 1).\n");
            awaitRow(pipeline, "replayed, replays 1, settled");
            // As after a crash between the sending and the mark.
            pipeline.execute("update headgate.dead_letter set state = 'dead', replays = 0, settled_at = null");
            assertThat(replayAll(pipeline).exitCode()).isZero();
            awaitRow(pipeline, "replayed, replays 1, settled");

            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(3));
            assertThat(pipeline.texts("select key from headgate.ledger"))
                    .containsExactly("@at:" + pipeline.topic + "-0-0");
            assertThat(pipeline.count("select count(*) from headgate.outbox")).isEqualTo(1);
            assertThat(pipeline.texts("select version from orders")).containsExactly("666");
        }
    }

    @Test
    void it_goes_out_as_it_came_with_one_header_more() {
        try (Pipeline pipeline = refusing(3)) {
            pipeline.start();
            // Where no partitioner would put it.
            ProducerRecord<String, byte[]> refused = new ProducerRecord<>(
                    pipeline.topic, 2, "k\u00e9y", Orders.json("o", 666).getBytes(UTF_8));
            refused.headers().add("trace", new byte[] {(byte) 0xFF, 0});
            refused.headers().add("note", "base64:not".getBytes(UTF_8));
            pipeline.send(refused);
            pipeline.flush();
            awaitDead(pipeline, 1);
            pipeline.execute(ALLOW);
            replayAll(pipeline);

            List<ConsumerRecord<String, byte[]>> records = records(pipeline);
            ConsumerRecord<String, byte[]> replayed = records.get(1);
            assertThat(records).hasSize(2);
            assertThat(replayed.partition()).isEqualTo(2);
            assertThat(replayed.key()).isEqualTo(refused.key());
            assertThat(replayed.value()).isEqualTo(refused.value());
            Map<String, String> headers = headers(replayed);
            assertThat(headers)
                    .containsOnlyKeys("trace", "note", "headgate-replay")
                    .containsEntry("note", "base64:not");
            assertThat(headers.get("headgate-replay"))
                    .startsWith(pipeline.text("select id from headgate.dead_letter") + ".");
            assertThat(replayed.headers().lastHeader("trace").value()).isEqualTo(new byte[] {(byte) 0xFF, 0});
        }
    }

    @Test
    void what_no_text_can_hold_goes_out_byte_by_byte_and_in_order_however_often() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            byte[] key = {(byte) 0xFF, 0, 'k'};
            List<Header> headers = List.of(
                    header("b", "2"),
                    header("a", "1"),
                    new RecordHeader("binary", new byte[] {(byte) 0xFE, 0}),
                    header("a", "one more"),
                    header("n\0me", "v\0lue"),
                    new RecordHeader("none", null),
                    header("empty", ""),
                    header("CamelHttpUri", "http://elsewhere"),
                    header("kafka.TOPIC", "elsewhere"),
                    header("base64:/w==", "base64:/w=="),
                    header("headgate-replay", "17.anybody.can.write"),
                    header("", "no name"));
            byte[] value = Orders.json("o", 666).getBytes(UTF_8);
            sendBytes(new ProducerRecord<>(pipeline.topic, 0, key, value, headers));
            awaitDead(pipeline, 1);

            assertThat(pipeline.text("select headers ->> 'a' || ', ' || (headers ->> 'b') || ', ' || key"
                            + " from headgate.dead_letter"))
                    .as("people read it as before")
                    .isEqualTo("one more, 2, base64:/wBr");
            HeadgateCommand show =
                    HeadgateCommand.deadLetters(pipeline, "show 1").succeeded();
            assertThat(show.out()).contains("a: one more").contains("none (no value)");

            sendAll(pipeline);
            awaitRow(pipeline, "dead, replays 1, open");
            pipeline.execute(ALLOW);
            assertThat(replayAll(pipeline).succeeded().out()).isEqualTo("Replayed 1 dead letter (orders 1).\n");

            List<ConsumerRecord<byte[], byte[]>> records = recordBytes(pipeline);
            assertThat(records).hasSize(3);
            for (ConsumerRecord<byte[], byte[]> record : records.subList(1, 3)) {
                assertThat(record.key()).isEqualTo(key);
                assertThat(record.value()).isEqualTo(value);
                List<Header> came = new ArrayList<>(List.of(record.headers().toArray()));
                assertThat(came.remove(came.size() - 1).key()).isEqualTo("headgate-replay");
                assertThat(came).isEqualTo(headers);
            }
        }
    }

    @Test
    void refused_again_it_is_the_same_dead_letter_with_its_attempts_added_up() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            sendRefused(pipeline, "m");
            long attempts = attempts(pipeline);
            for (int replays = 1; replays <= 2; replays++) {
                replayAll(pipeline);
                awaitRow(pipeline, "dead, replays " + replays + ", open");
                assertThat(attempts(pipeline)).isGreaterThan(attempts);
                attempts = attempts(pipeline);
            }
        }
    }

    @Test
    void two_thousand_that_are_refused_still_hold_up_no_other_message() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            insertRefused(pipeline, "o", 2_000);
            assertThat(HeadgateCommand.deadLetters(pipeline, "replay --all --force")
                            .out())
                    .isEqualTo("Sent 2000 dead letters (orders 2000).\n");
            for (int i = 0; i < 300; i++) {
                pipeline.sendOrder("good" + i, "good" + i, 1);
            }
            pipeline.flush();

            Pipeline.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                            pipeline.count("select count(*) from orders where order_id like 'good%'"))
                    .isEqualTo(300));
            awaitDead(pipeline, 2_000);
            assertThat(pipeline.count("select sum(attempts) from headgate.dead_letter"))
                    .as("each was tried once more")
                    .isEqualTo(4_000);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(2_300));
        }
    }

    @Test
    void of_each_reason_one_is_tried_and_the_others_follow_only_if_it_is_applied() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            insertRefused(pipeline, "o", 2_000);
            insertRefused(pipeline, "p", 20);
            pipeline.execute(
                    "update headgate.dead_letter set reason = 'mended since',"
                            + " payload = convert_to(replace(convert_from(payload, 'UTF8'), '666', '1'), 'UTF8') where key ~ '^p'");

            HeadgateCommand replay = replayAll(pipeline);
            assertThat(replay.exitCode()).isEqualTo(1);
            assertThat(replay.out()).isEqualTo("Replayed 21 dead letters.\n");
            assertThat(complaints(replay))
                    .singleElement(as(STRING))
                    .startsWith("Dead letter 1 was refused again (SQLSTATE 23514: ")
                    .contains("1999 were left as they are of orders with the reason SQLSTATE 23514: mend the cause");
            assertThat(pipeline.count("select count(*) from orders where version = 1"))
                    .isEqualTo(20);
            assertThat(records(pipeline)).hasSize(21);

            pipeline.execute(ALLOW);
            HeadgateCommand again = replayAll(pipeline);
            assertThat(complaints(again)).isEmpty();
            assertThat(again.exitCode()).isZero();
            assertThat(again.out()).isEqualTo("Replayed 2000 dead letters (orders 2000).\n");
            assertThat(pipeline.count("select count(*) from headgate.dead_letter where settled_at is null"))
                    .as("a replay ends when all is applied")
                    .isZero();
        }
    }

    @Test
    void where_nobody_reads_the_source_one_is_sent_and_the_others_stay() {
        try (Pipeline pipeline = refusing();
                Database database = new Database(pipeline.settings());
                SendingContext sending = SendingContext.start(pipeline.settings())) {
            insertRefused(pipeline, "o", 20);
            Replayer replayer = new Replayer(database.dataSource(), sending.template(), source -> true, 5);
            Selection all = new Selection(List.of(), null, null, null, null, null, null);

            ReplayReport report = replayer.replay(
                    Replayer.plan(database.dataSource(), all, source -> true, 5),
                    Integer.MAX_VALUE,
                    Duration.ofMillis(500),
                    progress -> {});

            assertThat(report.silent()).isTrue();
            assertThat(report.sent()).isEqualTo(1);
            assertThat(report.left()).isEqualTo(19);
            assertThat(records(pipeline)).hasSize(1);
        }
    }

    @Test
    void it_is_replayed_while_headgate_does_not_run() {
        try (Pipeline pipeline = refusing()) {
            Headgate headgate = pipeline.start();
            sendRefused(pipeline, "m");
            pipeline.stop(headgate);
            pipeline.execute(ALLOW);

            assertThat(sendAll(pipeline).exitCode()).isZero();
            assertThat(pipeline.texts(ROW)).containsExactly("replayed, replays 1, open");
            pipeline.start();
            awaitRow(pipeline, "replayed, replays 1, settled");
        }
    }

    @Test
    void a_redelivery_resurrects_nothing() throws Exception {
        try (Pipeline pipeline = refusing()) {
            Headgate headgate = pipeline.start();
            for (int i = 0; i < 4; i++) {
                pipeline.sendOrder("o" + i, "m" + i, 666);
            }
            pipeline.flush();
            awaitDead(pipeline, 4);
            pipeline.execute("update headgate.dead_letter set state = 'discarded' where key = 'o1'");
            pipeline.execute("update headgate.dead_letter set state = 'replayed' where key = 'o2'");
            pipeline.execute("update headgate.dead_letter set state = 'replayed', settled_at = now() where key = 'o3'");
            List<String> before = pipeline.texts(ROW);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(4));
            pipeline.stop(headgate);
            rewind(pipeline);

            pipeline.start();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(4));
            assertThat(pipeline.texts(ROW)).isEqualTo(before);
        }
    }

    @Test
    void the_last_replay_that_is_allowed_is_sent_and_one_more_is_not() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            sendRefused(pipeline, "m");
            pipeline.execute("update headgate.dead_letter set replays = 4");
            assertThat(replayAll(pipeline).out()).isEqualTo("Replayed 1 dead letter (orders 1).\n");
            awaitRow(pipeline, "dead, replays 5, open");

            HeadgateCommand again = replayAll(pipeline);
            assertThat(again.exitCode()).isZero();
            assertThat(again.err())
                    .isEqualTo("Skipped 1 dead letter, replayed 5 times already, which is the most that"
                            + " headgate.dead-letters.max-replays allows.\nNo dead letters to replay.\n");
            assertThat(records(pipeline)).hasSize(2);
        }
    }

    @Test
    void a_dry_run_changes_nothing() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            sendRefused(pipeline, "m");
            String row = "select d::text from headgate.dead_letter d";
            List<String> before = pipeline.texts(row);

            assertThat(HeadgateCommand.deadLetters(pipeline, "replay --all --dry-run")
                            .out())
                    .isEqualTo("Would replay 1 dead letter (orders 1).\n");
            assertThat(pipeline.texts(row)).isEqualTo(before);
            assertThat(records(pipeline)).hasSize(1);
        }
    }

    @Test
    void a_replay_keeps_to_its_rate() {
        try (Pipeline pipeline = refusing()) {
            pipeline.start();
            sendRefused(pipeline, 30);
            long start = System.nanoTime();
            assertThat(HeadgateCommand.deadLetters(pipeline, "replay --all --force --rate 10")
                            .out())
                    .isEqualTo("Sent 30 dead letters (orders 30).\n");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("10 at once, 10 in each of the next two seconds")
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
            List<ConsumerRecord<String, byte[]>> replayed = records(pipeline).subList(90, 120);
            assertThat(replayed.get(29).timestamp() - replayed.get(0).timestamp())
                    .isGreaterThan(1_000);
        }
    }

    @Test
    void two_replays_at_once_send_each_once() throws Exception {
        try (Pipeline pipeline = refusing()) {
            Headgate headgate = pipeline.start();
            sendRefused(pipeline, 500);
            pipeline.stop(headgate);
            CompletableFuture<HeadgateCommand> other = CompletableFuture.supplyAsync(
                    () -> HeadgateCommand.deadLetters(pipeline, "replay --all --force --rate 200"));
            HeadgateCommand one = HeadgateCommand.deadLetters(pipeline, "replay --all --force --rate 200");
            assertThat(one.exitCode()).isZero();
            assertThat(other.get().exitCode()).isZero();
            assertThat(records(pipeline)).hasSize(2_000);
            assertThat(pipeline.count(
                            "select count(*) from headgate.dead_letter where state = 'replayed' and replays = 1"))
                    .isEqualTo(500);
        }
    }

    @Test
    void what_kafka_does_not_take_stays_dead_and_what_went_before_stays_replayed() {
        try (Pipeline pipeline = refusing()) {
            Headgate headgate = pipeline.start();
            sendRefused(pipeline, 3);
            pipeline.stop(headgate);
            pipeline.execute("update headgate.dead_letter set payload = convert_to(repeat('x', 12000000), 'UTF8')"
                    + " where id = (select max(id) - 1 from headgate.dead_letter)");
            HeadgateCommand replay = sendAll(pipeline);
            assertThat(replay.exitCode()).isEqualTo(1);
            assertThat(replay.err())
                    .contains("Kafka did not take the dead letters from")
                    .contains("they stay dead");
            assertThat(pipeline.texts(ROW))
                    .containsExactly("replayed, replays 1, open", "dead, replays 0, open", "dead, replays 0, open");
            assertThat(records(pipeline)).hasSize(10);
        }
    }

    /** A pipeline whose table refuses version 666. */
    private static Pipeline refusing() {
        return refusing(1);
    }

    private static Pipeline refusing(int partitions) {
        Pipeline pipeline = new Pipeline(partitions);
        pipeline.migrate();
        pipeline.execute(REFUSE);
        return pipeline;
    }

    private static void sendRefused(Pipeline pipeline, String id) {
        pipeline.sendOrder("o", id, 666);
        pipeline.flush();
        awaitDead(pipeline, 1);
    }

    private static void sendRefused(Pipeline pipeline, int count) {
        for (int i = 0; i < count; i++) {
            pipeline.sendOrder("o" + i, "m" + i, 666);
            // If most of a batch were refused, it would be held.
            pipeline.sendOrder("good" + i, "good-" + i + "-1", 1);
            pipeline.sendOrder("good" + i, "good-" + i + "-2", 2);
        }
        pipeline.flush();
        awaitDead(pipeline, count);
    }

    /** Dead letters as they would be, without waiting for them to become such. */
    private static void insertRefused(Pipeline pipeline, String prefix, int count) {
        pipeline.execute("""
                insert into headgate.dead_letter
                    (pipeline, stage, reason, error, key, headers, payload, source, received_at)
                select 'orders', 'orders', 'SQLSTATE 23514', 'refused', '%1$s' || n,
                       json_build_object('message-id', '%1$s' || n), convert_to(replace('%2$s', 'ORDER', '%1$s' || n), 'UTF8'),
                       '%3$s-0-' || 1000000 + n, now()
                from generate_series(1, %4$d) n
                """.formatted(prefix, Orders.json("ORDER", 666), pipeline.topic, count));
    }

    private static HeadgateCommand replayAll(Pipeline pipeline) {
        return HeadgateCommand.deadLetters(pipeline, "replay --all");
    }

    /** Without looking what becomes of them. */
    private static HeadgateCommand sendAll(Pipeline pipeline) {
        return HeadgateCommand.deadLetters(pipeline, "replay --all --force");
    }

    private static long attempts(Pipeline pipeline) {
        return pipeline.count("select attempts from headgate.dead_letter");
    }

    private static void awaitDead(Pipeline pipeline, int count) {
        Pipeline.await().untilAsserted(() -> assertThat(
                        pipeline.count("select count(*) from headgate.dead_letter where state = 'dead'"))
                .isEqualTo(count));
    }

    private static void awaitRow(Pipeline pipeline, String row) {
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts(ROW)).containsExactly(row));
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(UTF_8));
    }

    private static void sendBytes(ProducerRecord<byte[], byte[]> record) {
        Map<String, Object> properties = Map.of("bootstrap.servers", Servers.KAFKA.bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(record);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> recordBytes(Pipeline pipeline) {
        Map<String, Object> properties = Map.of("bootstrap.servers", Servers.KAFKA.bootstrapServers());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(pipeline.topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
            return records;
        }
    }

    /** All records of the source's topic, in order of their time. */
    private static List<ConsumerRecord<String, byte[]>> records(Pipeline pipeline) {
        return pipeline.records(pipeline.topic).stream()
                .sorted(Comparator.comparing(ConsumerRecord::timestamp))
                .toList();
    }

    private static Map<String, String> headers(ConsumerRecord<String, byte[]> message) {
        Map<String, String> headers = new HashMap<>();
        message.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        return headers;
    }

    /** So that all is delivered again, as after a crash before the offsets were committed. */
    private static void rewind(Pipeline pipeline) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) Servers.KAFKA.bootstrapServers()))) {
            Map<TopicPartition, OffsetAndMetadata> start = partitions(pipeline).stream()
                    .collect(Collectors.toMap(partition -> partition, partition -> new OffsetAndMetadata(0)));
            admin.alterConsumerGroupOffsets(pipeline.topic, start).all().get();
            pipeline.execute("truncate headgate.source_position");
        }
    }

    private static Set<TopicPartition> partitions(Pipeline pipeline) {
        return IntStream.range(0, pipeline.partitions)
                .mapToObj(partition -> new TopicPartition(pipeline.topic, partition))
                .collect(Collectors.toSet());
    }

    /** What it says but how far it is, which it does when it takes long. */
    private static List<String> complaints(HeadgateCommand command) {
        return command.err().lines().filter(line -> !line.endsWith(" ...")).toList();
    }
}
