package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a message is known by can be neither forged nor shared by accident: one process with a pipeline for each case. */
class IdentityIT {

    private static final byte[] NO_TEXT = {(byte) 0xff, (byte) 0xfe};
    private static final String LONG = "k".repeat(600);

    @TempDir
    private static Path folder;

    private static final String GOT = "create table got (pipeline text, body text check (body <> 'refused'))";

    private static Pipeline pipeline;
    private static Pipeline other;
    private static int port;

    @BeforeAll
    static void run() throws Exception {
        pipeline = new Pipeline(1);
        other = new Pipeline(1);
        pipeline.execute(GOT);
        other.execute(GOT);
        for (String name : List.of("positions", "ids", "content", "undone", "eu", "us", "of-eu", "of-us", "merged")) {
            Servers.KAFKA.createTopic(topic(name), 1, Map.of());
        }
        port = Scrape.freePort();
        String positions = route("positions", "kafka:" + topic("positions"), "");
        String ids = route("ids", "kafka:" + topic("ids"), "");
        String content = route("content", "kafka:" + topic("content"), "");
        String refusing = route("refusing", "kafka:" + topic("content"), ", onConflict: dead-letter")
                .replace("groupId: ", "groupId: refusing-");
        String undone = route("undone", "kafka:" + topic("undone"), ", onConflict: dead-letter");
        String topics = route("topics", "kafka:" + topic("eu") + "," + topic("us"), "");
        String matching = route("matching", "kafka:" + topic("of") + "-.*", "")
                .replaceFirst("groupId: [^ ]+", "groupId: matching, topicIsPattern: true");
        Files.writeString(
                folder.resolve("all.camel.yaml"),
                positions + ids + content + refusing + undone + topics + matching);
        send("positions", "the first", topic("positions") + "-0-1");
        send("positions", "at 1", (byte[]) null);
        send("ids", "bytes", NO_TEXT);
        send("ids", "text like bytes", "base64://4=");
        send("ids", "long", LONG);
        send("ids", "text like long", "sha256:" + HexFormat.of().formatHex(sha256(LONG)));
        send("ids", "text like the form of bytes", "@base64://4=");
        send("ids", "once more", "base64://4=");
        send("content", "one", "c");
        send("content", "another", "c");
        send("content", "one", "c");
        send("undone", "refused", "u");
        send("undone", "good", "u");
        send("eu", "from eu", "1");
        send("us", "from us", "1");
        send("of-eu", "from eu", "1");
        send("of-us", "from us", "1");
        pipeline.flush();
        pipeline.start(
                folder,
                Map.of("camel.management.enabled", "true", "camel.management.port", Integer.toString(port)),
                Map.of());
        Pipeline.await().untilAsserted(() -> {
            assertThat(pipeline.committed(topic("positions"))).isEqualTo(2);
            assertThat(pipeline.committed(topic("ids"))).isEqualTo(6);
            assertThat(pipeline.committed(topic("content"))).isEqualTo(3);
            assertThat(pipeline.committed("refusing-" + topic("content"))).isEqualTo(3);
            assertThat(pipeline.committed(topic("undone"))).isEqualTo(2);
            assertThat(pipeline.committed(topic("eu"))).isEqualTo(2);
            assertThat(pipeline.committed("matching")).isEqualTo(2);
        });
        // What the first one of the id held is remembered by now.
        send("content", "a third", "c");
        send("content", "one", "c");
        pipeline.flush();
        Pipeline.await().untilAsserted(() -> {
            assertThat(pipeline.committed(topic("content"))).isEqualTo(5);
            assertThat(pipeline.committed("refusing-" + topic("content"))).isEqualTo(5);
        });
    }

    @AfterAll
    static void close() {
        pipeline.close();
        other.close();
    }

    @Test
    void an_id_that_reads_like_a_position_is_none() {
        assertThat(got("positions")).containsExactlyInAnyOrder("the first", "at 1");
    }

    @Test
    void ids_of_different_bytes_are_different() {
        assertThat(got("ids"))
                .containsExactlyInAnyOrder(
                        "bytes", "text like bytes", "long", "text like long", "text like the form of bytes");
    }

    @Test
    void an_id_is_one_of_its_topic_where_a_route_reads_several() {
        for (String several : List.of("topics", "matching")) {
            assertThat(got(several)).containsExactlyInAnyOrder("from eu", "from us");
        }
    }

    @Test
    void an_id_with_other_content_is_counted_and_by_default_dropped() throws Exception {
        assertThat(got("content")).containsExactly("one");
        assertThat(deadLetters("content")).isEmpty();
        assertThat(Scrape.of(port).value("headgate_id_conflicts_total{pipeline=\"content\"}"))
                .isEqualTo(2);
        assertThat(Scrape.of(port).value("headgate_outcomes_total{outcome=\"duplicate\",pipeline=\"content\"}"))
                .isEqualTo(4);
    }

    @Test
    void an_id_with_other_content_is_a_dead_letter_if_the_batch_says_so() throws Exception {
        assertThat(got("refusing")).containsExactly("one");
        assertThat(deadLetters("refusing"))
                .containsExactly(
                        "refusing: id used before with other content: \"another\"",
                        "refusing: id used before with other content: \"a third\"");
        assertThat(Scrape.of(port).value("headgate_outcomes_total{outcome=\"duplicate\",pipeline=\"refusing\"}"))
                .isEqualTo(2);
    }

    @Test
    void a_message_that_took_no_effect_is_in_conflict_with_none() {
        assertThat(got("undone")).containsExactly("good");
        assertThat(deadLetters("undone")).containsExactly("undone: SQLSTATE 23514: \"refused\"");
    }

    @Test
    void entries_of_two_databases_in_one_topic_have_different_ids(@TempDir Path relays) throws Exception {
        Files.writeString(relays.resolve("relay.camel.yaml"), """
                - route:
                    id: relay
                    from:
                      uri: outbox:merged
                      steps:
                        - to: kafka:%s
                """.formatted(topic("merged")));
        try (Pipeline third = new Pipeline(1)) {
            for (Pipeline each : List.of(third, other)) {
                each.start(relays, Map.of(), Map.of());
                each.execute("insert into headgate.outbox (pipeline, destination, payload)"
                        + " select 'p', 'merged', 'x' from generate_series(1, 3)");
                Pipeline.await().untilAsserted(() -> assertThat(
                                each.count("select count(*) from headgate.outbox where delivered_at is not null"))
                        .isEqualTo(3));
                each.stop();
            }
        }
        assertThat(pipeline.records(topic("merged")).stream()
                        .map(sent -> new String(
                                sent.headers().lastHeader("message-id").value(), UTF_8)))
                .doesNotHaveDuplicates()
                .hasSize(6)
                .anyMatch(id -> id.equals(other.text("select id || '-3' from headgate.installation")));
    }

    @Test
    void a_route_without_an_id_is_refused(@TempDir Path routes) throws IOException {
        Files.writeString(
                routes.resolve("alpha.camel.yaml"),
                route(routes, "alpha", "kafka:" + topic("ids"), "").replace("    id: alpha\n", ""));
        assertThatThrownBy(() -> other.start(routes, Map.of(), Map.of()))
                .rootCause()
                .hasMessageContaining("kafka://" + topic("ids"))
                .hasMessageContaining("alpha.camel.yaml has no id")
                .hasMessageContaining("id: orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "groupId: ''", "groupId: '{{own.group}}'", "groupId: '{{?no.group}}'"})
    void a_route_without_a_group_is_refused(String group, @TempDir Path routes) throws IOException {
        Files.writeString(
                routes.resolve("knog.camel.yaml"),
                route(routes, "knog", "kafka:" + topic("ids"), "").replace("groupId: " + topic("ids"), group));
        assertThatThrownBy(() -> other.start(routes, Map.of("own.group", ""), Map.of()))
                .rootCause()
                .hasMessageContaining("Route knog from kafka://" + topic("ids"))
                .hasMessageContaining("knog.camel.yaml has no groupId");
    }

    private static List<String> deadLetters(String name) {
        return pipeline.texts("select stage || ': ' || reason || ': ' || convert_from(payload, 'UTF8')"
                + " from headgate.dead_letter where pipeline = '%s' order by id".formatted(name));
    }

    private static List<String> got(String name) {
        return pipeline.texts("select body from got where pipeline = '%s'".formatted(name));
    }

    private static void send(String topic, String body, String id) {
        send(topic, body, id.getBytes(UTF_8));
    }

    private static void send(String topic, String body, byte @Nullable [] id) {
        ProducerRecord<String, byte[]> message =
                new ProducerRecord<>(topic(topic), "\"%s\"".formatted(body).getBytes(UTF_8));
        if (id != null) {
            message.headers().add("message-id", id);
        }
        pipeline.send(message);
    }

    private static String topic(String name) {
        return pipeline.topic + "-" + name;
    }

    private static byte[] sha256(String text) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_16BE));
    }

    /** A pipeline of the name, in the group of its first topic; its batch writes into the table {@code got}. */
    private static String route(String name, String from, String batchOptions) throws IOException {
        return route(folder, name, from, batchOptions);
    }

    private static String route(Path routes, String name, String from, String batchOptions) throws IOException {
        Files.writeString(routes.resolve(name + ".sql"), """
                insert into got
                select '%s', value from json_array_elements_text(cast(:#${body.fresh} as json))
                """.formatted(name));
        return """
                - route:
                    id: %1$s
                    from:
                      uri: "%2$s"
                      parameters: { groupId: %3$s }
                      steps:
                        - idempotentConsumer:
                            ref: messageId
                            idempotentRepository: "#ledger"
                            steps:
                              - to: batch:%1$s
                - route:
                    id: %1$s-write
                    from:
                      uri: batch:%1$s
                      parameters: { linger: 50ms, lanes: 1%4$s }
                      steps:
                        - to: "sql:file:{{headgate.routes}}/%1$s.sql"
                """.formatted(name, from, from.replaceAll("kafka:|,.*", ""), batchOptions);
    }
}
