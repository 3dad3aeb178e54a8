package dev.headgate.devservices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevKafkaIT {
    private static final int FIVE_MEGABYTES = 5 * 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void records_and_committed_offsets_survive_a_restart() throws Exception {
        try (var kafka = DevKafka.start(directory.resolve("kafka"))) {
            String servers = kafka.bootstrapServers();
            kafka.createTopic("orders", 4, Map.of("max.message.bytes", "10485760"));
            produce(kafka, new byte[] {1}, new byte[FIVE_MEGABYTES]);
            assertThat(consume(kafka, 2)).containsExactlyInAnyOrder(1, FIVE_MEGABYTES);

            kafka.restart();
            assertThat(kafka.bootstrapServers()).isEqualTo(servers);
            produce(kafka, new byte[] {1, 2});
            assertThat(consume(kafka, 1)).containsExactly(2);
        }
        try (var again = DevKafka.start(directory.resolve("kafka"))) {
            produce(again, new byte[] {1, 2, 3});
            assertThat(consume(again, 1)).containsExactly(3);
        }
    }

    @Test
    void creating_a_topic_twice_fails() {
        try (var kafka = DevKafka.start(directory.resolve("kafka"))) {
            kafka.createTopic("orders", 1, Map.of());
            assertThatThrownBy(() -> kafka.createTopic("orders", 1, Map.of()))
                    .hasMessageContaining("orders")
                    .hasCauseInstanceOf(TopicExistsException.class);
        }
    }

    private static void produce(DevKafka kafka, byte[]... values) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.request.size", 2 * FIVE_MEGABYTES);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] value : values) {
                producer.send(new ProducerRecord<>("orders", value)).get();
            }
        }
    }

    /** The lengths of the values that were read. */
    private static List<Integer> consume(DevKafka kafka, int expected) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", kafka.bootstrapServers(), "group.id", "test", "auto.offset.reset", "earliest");
        List<Integer> lengths = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("orders"));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> lengths.add(record.value().length));
                return lengths.size() >= expected;
            });
            consumer.commitSync();
        }
        return lengths;
    }
}
