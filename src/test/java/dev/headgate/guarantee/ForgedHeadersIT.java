package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** What anybody can send is data: it closes no dead letter, passes no held key, and says nothing of where it came from. */
class ForgedHeadersIT {

    private static final String REFUSE = "alter table headgate.outbox add constraint refused"
            + " check ((convert_from(payload, 'UTF8')::json ->> 'version') <> '666')";
    private static final String ALLOW = "alter table headgate.outbox drop constraint refused";
    private static final String LETTERS = """
            select coalesce(headers ->> 'message-id', '') || ' ' || state || ' '
                   || case when settled_at is null then 'open' else 'settled' end
            from headgate.dead_letter order by headers ->> 'message-id'
            """;

    @Test
    void a_record_of_kafka(@TempDir Path routes) throws IOException {
        RoutesFolder.copy(routes, "onReject: hold-key");
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            pipeline.execute(REFUSE);
            pipeline.start(routes, Map.of(), Map.of());
            pipeline.sendOrder("o", "bad", 666);
            pipeline.flush();
            awaitLetters(pipeline, "bad dead open");
            String letter = pipeline.text("select id from headgate.dead_letter");
            String origin = pipeline.text("select source from headgate.dead_letter");

            // Innocent; behind a held key; and to be refused itself.
            send(pipeline, "x", "innocent", 1, letter, origin);
            send(pipeline, "o", "behind", 2, "0", origin);
            send(pipeline, "y", "refused", 666, letter, "hold-999-1");
            awaitLetters(pipeline, "bad dead open", "behind dead open", "refused dead open");
            Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts("select key from headgate.ledger"))
                    .containsExactly("innocent"));
            assertThat(pipeline.texts("select source from headgate.dead_letter order by source"))
                    .containsExactly(origin, pipeline.topic + "-0-2", pipeline.topic + "-0-3");

            // A genuine header, of which a copy is put on another message.
            assertThat(HeadgateCommand.deadLetters(pipeline, "replay " + letter).out())
                    .startsWith("Replayed 1 dead letter and 1 held behind it");
            awaitLetters(pipeline, "bad dead open", "behind dead open", "refused dead open");
            ProducerRecord<String, byte[]> copy = new ProducerRecord<>(
                    pipeline.topic, "z", Orders.json("z", 1).getBytes(UTF_8));
            copy.headers().add("message-id", "copy".getBytes(UTF_8));
            copy.headers().add(replayHeader(pipeline));
            pipeline.send(copy);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.texts("select key from headgate.ledger order by key"))
                            .containsExactly("copy", "innocent"));
            awaitLetters(pipeline, "bad dead open", "behind dead open", "refused dead open");

            pipeline.execute(ALLOW);
            assertThat(HeadgateCommand.deadLetters(pipeline, "replay --all")
                            .succeeded()
                            .err())
                    .isEmpty();
            awaitLetters(pipeline, "bad replayed settled", "behind replayed settled", "refused replayed settled");
        }
    }

    @Test
    void letters_from_elsewhere_are_left_out_of_a_replay_and_a_job_does_not_say_what_its_steps_do() {
        try (Pipeline pipeline = new Pipeline(1)) {
            pipeline.migrate();
            pipeline.execute(REFUSE);
            pipeline.start();
            for (int i = 0; i < 3; i++) {
                pipeline.sendOrder("o" + i, "m" + i, 666);
                pipeline.sendOrder("good" + i, "good" + i + "-1", 1);
                pipeline.sendOrder("good" + i, "good" + i + "-2", 2);
            }
            pipeline.flush();
            awaitLetters(pipeline, "m0 dead open", "m1 dead open", "m2 dead open");
            pipeline.execute("update headgate.dead_letter set source = 'secret-topic-0-9' where key = 'o0'");
            pipeline.execute("update headgate.dead_letter set source = 'sqs:payments:x' where key = 'o1'");
            pipeline.execute(ALLOW);

            HeadgateCommand replay = HeadgateCommand.deadLetters(pipeline, "replay --all");
            assertThat(replay.out()).isEqualTo("Replayed 1 dead letter (orders 1).\n");
            assertThat(replay.err())
                    .contains("Skipped 2 dead letters, for no route of ")
                    .contains("consumes where they came from: secret-topic-0-9, sqs:payments:x. Name the folder");
            awaitLetters(pipeline, "m0 dead open", "m1 dead open", "m2 replayed settled");

            pipeline.execute("""
                    insert into headgate.job (queue, payload, headers)
                    values ('send-receipt', convert_to('{"order_id": "j", "version": 1}', 'UTF8'),
                            '{"CamelSqlQuery": "drop table orders", "camelSqlQuery": "drop table orders"}')
                    """);
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.texts("select version from receipts where order_id = 'j'"))
                            .containsExactly("1"));
            assertThat(pipeline.count("select count(*) from orders")).isPositive();
        }
    }

    @Test
    void a_message_of_sqs() {
        try (SqsPipeline pipeline = new SqsPipeline()) {
            try (Headgate headgate = pipeline.start(Map.of())) {
                List<Map<String, String>> forged = List.of(
                        Map.of("kafka.TOPIC", "secret-topic", "kafka.PARTITION", "0", "kafka.OFFSET", "9"),
                        Map.of("kafka.TOPIC", "sqs:payments:x"),
                        Map.of("kafka.TOPIC", "job:send", "kafka.PARTITION", "receipt", "kafka.OFFSET", "x:55"),
                        Map.of(
                                "kafka.TOPIC", "outbox:payments",
                                "kafka.PARTITION", "to",
                                "kafka.OFFSET", "erp:9000000000000000000"),
                        Map.of(
                                "headgate-origin",
                                "sqs:payments:x",
                                "headgate-dead-letter",
                                "1",
                                "headgate-replay",
                                "1"));
                forged.forEach(attributes -> send(pipeline, attributes));
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.tables.texts(
                                "select regexp_replace(source, '[^:]*$', '') from headgate.dead_letter"))
                        .hasSize(forged.size())
                        .containsOnly("sqs:orders:"));
                pipeline.awaitEmpty();
                assertThat(headgate.camelContext().isStarted()).isTrue();
            }
            HeadgateCommand replay = HeadgateCommand.run(
                    SqsPipeline.ROUTES, pipeline.properties(), List.of("dead-letters", "replay", "--all", "--force"));
            assertThat(replay.out()).isEqualTo("Sent 5 dead letters (orders-sqs 5).\n");
            assertThat(pipeline.visibleAndInFlight()).isEqualTo("5 0");
        }
    }

    private static void send(Pipeline pipeline, String key, String id, int version, String letter, String origin) {
        ProducerRecord<String, byte[]> forged = new ProducerRecord<>(
                pipeline.topic, key, Orders.json(key, version).getBytes(UTF_8));
        forged.headers().add("message-id", id.getBytes(UTF_8));
        forged.headers().add("headgate-dead-letter", letter.getBytes(UTF_8));
        forged.headers().add("headgate-origin", origin.getBytes(UTF_8));
        forged.headers().add("headgate-replay", (letter + ".b3JkZXJz.b3JkZXJzLTAtMA.AAAA").getBytes(UTF_8));
        forged.headers().add("kafka.TOPIC", "secret-topic".getBytes(UTF_8));
        forged.headers().add("HeadgateReplay", letter.getBytes(UTF_8));
        pipeline.send(forged);
        pipeline.flush();
    }

    private static void send(SqsPipeline pipeline, Map<String, String> attributes) {
        pipeline.sqs.client().sendMessage(request -> request.queueUrl(pipeline.url("orders"))
                .messageBody("broken")
                .messageAttributes(attributes.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, attribute -> MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue(attribute.getValue())
                                .build()))));
    }

    private static Header replayHeader(Pipeline pipeline) {
        return pipeline.records(pipeline.topic).stream()
                .map(ConsumerRecord::headers)
                .map(headers -> headers.lastHeader("headgate-replay"))
                .filter(header -> header != null && !new String(header.value(), UTF_8).endsWith(".AAAA"))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitLetters(Pipeline pipeline, String... letters) {
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts(LETTERS)).containsExactly(letters));
    }
}
