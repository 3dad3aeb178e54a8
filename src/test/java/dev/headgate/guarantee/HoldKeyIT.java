package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.app.Headgate;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 3 with {@code onReject=hold-key}: order also behind a refused message, until somebody has decided about it. */
class HoldKeyIT {

    // On the outbox, which gets each version; the table gets the last one of a batch.
    private static final String REFUSE = """
            alter table headgate.outbox add constraint refused
            check ((convert_from(payload, 'UTF8')::json ->> 'version') <> '1')
            """;
    private static final String ALLOW = "alter table headgate.outbox drop constraint refused";

    private static final String STATES = """
            select coalesce(convert_from(payload, 'UTF8')::json ->> 'version', '') || ' ' || reason || ' ' || state
                   || case when settled_at is null then '' else ' settled' end
            from headgate.dead_letter order by id
            """;

    @TempDir
    Path routes;

    private Pipeline pipeline;
    private Headgate headgate;

    @BeforeEach
    void start() throws IOException {
        RoutesFolder.copy(routes, "onReject: hold-key");
        pipeline = new Pipeline(1);
        pipeline.migrate();
        pipeline.execute(REFUSE);
    }

    @AfterEach
    void stop() {
        headgate.close();
        pipeline.close();
    }

    @Test
    void later_ones_wait_and_a_replay_applies_all_in_order_once() {
        run(Map.of());
        sendVersions("o", 1, 2, 3);
        pipeline.sendOrder("other", "other-7", 7);
        pipeline.flush();
        awaitStates("1 SQLSTATE 23514 dead", "2 held dead", "3 held dead");
        Pipeline.await().untilAsserted(() -> assertThat(versions("other")).containsExactly("7"));
        assertThat(versions("o")).isEmpty();

        pipeline.execute(ALLOW);
        assertThat(HeadgateCommand.deadLetters(pipeline, "replay --key o").out())
                .isEqualTo("Replayed 1 dead letter and 2 held behind it (orders 3).\n");

        Pipeline.await().untilAsserted(() -> assertThat(versions("o")).containsExactly("1", "2", "3"));
        awaitStates("1 SQLSTATE 23514 replayed settled", "2 held replayed settled", "3 held replayed settled");
        assertThat(pipeline.texts("select version from orders where order_id = 'o'"))
                .containsExactly("3");
        sendVersions("o", 4);
        Pipeline.await().untilAsserted(() -> assertThat(versions("o")).containsExactly("1", "2", "3", "4"));
    }

    @Test
    void after_a_discard_those_behind_it_are_released_in_order() {
        run(Map.of());
        sendVersions("o", 1, 2, 3);
        awaitStates("1 SQLSTATE 23514 dead", "2 held dead", "3 held dead");
        String id = pipeline.text("select min(id) from headgate.dead_letter");

        HeadgateCommand held = HeadgateCommand.deadLetters(
                pipeline, "replay " + pipeline.text("select max(id) from headgate.dead_letter"));
        assertThat(held.exitCode()).isEqualTo(1);
        assertThat(held.err()).contains("is held behind an earlier one of its key");
        assertThat(HeadgateCommand.deadLetters(pipeline, "discard " + id + " --why cancelled")
                        .out())
                .isEqualTo("Discarded 1 dead letter.\n");

        Pipeline.await().untilAsserted(() -> assertThat(versions("o")).containsExactly("2", "3"));
        awaitStates("1 SQLSTATE 23514 discarded", "2 held replayed settled", "3 held replayed settled");
    }

    @Test
    void one_batch_holds_what_comes_behind_what_a_step_before_it_refused() {
        run(Map.of("camel.component.batch.linger", "3s"));
        pipeline.send("o", "bad", "{\"version\":0}".getBytes(UTF_8));
        sendVersions("o", 2);
        pipeline.sendOrder("other", "other-7", 7);
        pipeline.flush();
        awaitStates("0 schema: $.version minimum dead", "2 held dead");
        Pipeline.await().untilAsserted(() -> assertThat(versions("other")).containsExactly("7"));
    }

    @Test
    void refused_again_it_holds_those_behind_it_again_however_often() {
        run(Map.of());
        sendVersions("o", 1, 2);
        awaitStates("1 SQLSTATE 23514 dead", "2 held dead");
        for (int replays = 1; replays <= 5; replays++) {
            assertThat(HeadgateCommand.deadLetters(pipeline, "replay --key o").out())
                    .isEqualTo("Replayed 1 dead letter and 1 held behind it (orders 2).\n");
            awaitStates("1 SQLSTATE 23514 dead", "2 held dead");
        }
        assertThat(HeadgateCommand.deadLetters(pipeline, "replay --key o").err())
                .contains("replayed 5 times already");
        // Two attempts at least before it is a dead letter, one before it is one again.
        assertThat(pipeline.texts("select replays || ' ' || (attempts >= 7) from headgate.dead_letter order by id"))
                .containsExactly("5 true", "0 false");

        HeadgateCommand.deadLetters(pipeline, "discard --key o --reason held --why no");
        awaitStates("1 SQLSTATE 23514 dead", "2 held discarded");
    }

    @Test
    void what_arrives_while_a_replay_is_under_way_follows_it() {
        run(Map.of());
        sendVersions("o", 1, 2);
        awaitStates("1 SQLSTATE 23514 dead", "2 held dead");
        pipeline.execute(ALLOW);
        headgate.close();

        // These stand before the replays in the topic, and are held when they are read.
        sendVersions("o", 3, 4);
        HeadgateCommand.deadLetters(pipeline, "replay --all --force");
        run(Map.of());

        Pipeline.await().untilAsserted(() -> assertThat(versions("o")).containsExactly("1", "2", "3", "4"));
    }

    /** As UTF-8 with replacements all of these keys are one. */
    @Test
    void keys_of_bytes_are_as_many_as_there_are_and_a_replay_has_the_same() {
        run(Map.of());
        try (KafkaProducer<byte[], byte[]> bytes = new KafkaProducer<>(
                Map.of("bootstrap.servers", Servers.KAFKA.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int version : new int[] {1, 2}) {
                bytes.send(binary(0x80, version));
            }
            bytes.send(binary(0x81, 7));
        }
        awaitStates("1 SQLSTATE 23514 dead", "2 held dead");
        Pipeline.await().untilAsserted(() -> assertThat(versions("129")).containsExactly("7"));
        assertThat(pipeline.texts("select distinct key from headgate.dead_letter"))
                .containsExactly("base64:gA==");

        pipeline.execute(ALLOW);
        HeadgateCommand.deadLetters(pipeline, "replay --key base64:gA==");
        Pipeline.await().untilAsserted(() -> assertThat(versions("128")).containsExactly("1", "2"));
        awaitStates("1 SQLSTATE 23514 replayed settled", "2 held replayed settled");
    }

    private ProducerRecord<byte[], byte[]> binary(int key, int version) {
        byte[] order = Orders.json(String.valueOf(key), version).getBytes(UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(pipeline.topic, new byte[] {(byte) key}, order);
        record.headers().add("message-id", (key + "-" + version).getBytes(UTF_8));
        return record;
    }

    private void run(Map<String, String> more) {
        headgate = Headgate.start(
                Settings.load(routes, null, Map.of())
                        .with(pipeline.properties(), "the test")
                        .with(more, "the test"),
                routes);
    }

    private void sendVersions(String order, int... versions) {
        for (int version : versions) {
            pipeline.sendOrder(order, order + "-" + version, version);
        }
        pipeline.flush();
    }

    private void awaitStates(String... states) {
        Pipeline.await().untilAsserted(() -> assertThat(pipeline.texts(STATES)).containsExactly(states));
    }

    /** The versions of an order in the outbox, in the order in which they took effect. */
    private List<String> versions(String order) {
        return pipeline.texts("select convert_from(payload, 'UTF8')::json ->> 'version' from headgate.outbox"
                + " where key = '" + order + "' order by id");
    }
}
