package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Promises 5 and 6: what is small on the wire and large in memory ends the process no more than other messages do. All of
 * it in one topic before one process with a heap of 256 MB.
 */
class MessageLimitIT {

    private static final byte[] BOMB = nested(60_000_000);
    private static final int TREES = 12;
    private static final int NAMES = 300;

    private static Pipeline pipeline;
    private static ChildProcess child;

    @BeforeAll
    static void run() throws Exception {
        pipeline = new Pipeline(1);
        Properties properties = new Properties();
        properties.put("bootstrap.servers", pipeline.properties().get("camel.component.kafka.brokers"));
        properties.put("max.request.size", "100000000");
        properties.put("buffer.memory", "400000000");
        properties.put("compression.type", "zstd");
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(Orders.message(pipeline.topic, "a", "first", order("a")));
            producer.send(Orders.message(pipeline.topic, "bomb", "bomb", BOMB));
            for (int i = 0; i < TREES; i++) {
                producer.send(Orders.message(pipeline.topic, "tree-" + i, "tree-" + i, nested(8_000_000)));
            }
            for (int i = 0; i < NAMES; i++) {
                ProducerRecord<String, byte[]> order =
                        Orders.message(pipeline.topic, "name-" + i, "name-" + i, order("name-" + i));
                order.headers().add("n".repeat(900_000), new byte[] {'1'});
                producer.send(order);
            }
            ProducerRecord<String, byte[]> headers =
                    Orders.message(pipeline.topic, "headers", "headers", order("headers"));
            for (int i = 0; i < 200_000; i++) {
                headers.headers().add("h" + i, new byte[0]);
            }
            producer.send(headers);
            producer.send(Orders.message(pipeline.topic, "z", "last", order("z")));
        }
        child = ChildProcess.run(pipeline, "256m", Map.of());
        Pipeline.await().untilAsserted(() -> {
            assertThat(!child.isAlive() || pipeline.committed() == TREES + NAMES + 4)
                    .isTrue();
        });
    }

    @AfterAll
    static void stop() {
        child.close();
        pipeline.close();
    }

    private static byte[] order(String id) {
        return Orders.json(id, 1).getBytes(UTF_8);
    }

    /** An order of so many bytes, nearly all of them empty arrays. */
    private static byte[] nested(int bytes) {
        String order = Orders.json("nested", 1);
        return (order.substring(0, order.length() - 1) + ",\"x\":[[]" + ",[]".repeat((bytes - 200) / 3) + "]}")
                .getBytes(UTF_8);
    }

    @Test
    void the_process_reads_to_the_end_in_a_heap_of_256_MB() {
        assertThat(child.isAlive()).as(child::output).isTrue();
        assertThat(child.output()).doesNotContain("OutOfMemoryError").doesNotContain("Deserializers with error");
        assertThat(pipeline.count("select count(*) from orders where order_id in ('a', 'z') or order_id like 'name-%'"))
                .isEqualTo(NAMES + 2);
    }

    @Test
    void a_message_over_the_limit_is_a_dead_letter_of_its_size_its_digest_and_its_beginning() throws Exception {
        String letter = "from headgate.dead_letter where key = 'bomb'";
        assertThat(pipeline.text("select stage || ': ' || reason " + letter)).isEqualTo("orders: too large");
        assertThat(pipeline.count("select octet_length(payload) " + letter)).isEqualTo(1024);
        assertThat(pipeline.text("select convert_from(payload, 'UTF8') " + letter))
                .isEqualTo(new String(BOMB, 0, 1024, UTF_8));
        assertThat(pipeline.text("select error " + letter))
                .contains(String.format("%,d bytes", BOMB.length))
                .contains("headgate.message.max-bytes")
                .contains(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(BOMB)));
        assertThat(pipeline.text("select cut " + letter)).isEqualTo("t");
        assertThat(pipeline.text("select headers->>'message-id' " + letter)).isEqualTo("bomb");
    }

    @Test
    void headers_count_and_are_cut_too() {
        String letter = "from headgate.dead_letter where key = 'headers'";
        assertThat(pipeline.text("select reason " + letter)).isEqualTo("too large");
        assertThat(pipeline.count("select octet_length(headers::text) " + letter))
                .isLessThan(100_000);
    }

    @Test
    void a_tree_of_millions_of_values_is_not_built() {
        assertThat(pipeline.texts(
                        "select distinct stage || ': ' || reason || ' ' || cut || ' ' || octet_length(payload)"
                                + " from headgate.dead_letter where key like 'tree-%'"))
                .containsExactly("orders-validate: too many JSON values false " + nested(8_000_000).length);
    }

    @Test
    void what_is_cut_cannot_be_replayed() {
        HeadgateCommand replay = HeadgateCommand.deadLetters(pipeline, "replay --key bomb");
        assertThat(replay.exitCode()).isZero();
        assertThat(replay.err()).contains("too large to be kept whole");
        assertThat(pipeline.text("select state from headgate.dead_letter where key = 'bomb'"))
                .isEqualTo("dead");
    }
}
