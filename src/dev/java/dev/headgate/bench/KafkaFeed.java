package dev.headgate.bench;

import static java.util.Map.entry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A member of a consumer group that commits the offsets of what was stored. */
final class KafkaFeed implements Feed<KafkaFeed.Delivery> {
    private static final Duration POLL = Duration.ofMillis(100);

    /** A record with the headers that all messages of the benchmark have. */
    record Delivery(ConsumerRecord<String, byte[]> entry) implements PlainMessage {
        @Override
        public String messageId() {
            return header("message-id", "");
        }

        @Override
        public String source() {
            return entry.topic() + "-" + entry.partition() + "-" + entry.offset();
        }

        @Override
        public String channel() {
            return header("channel", "unknown");
        }

        @Override
        public byte[] payload() {
            return entry.value();
        }

        private String header(String name, String absent) {
            var header = entry.headers().lastHeader(name);
            return header == null ? absent : new String(header.value(), StandardCharsets.UTF_8);
        }
    }

    private final KafkaConsumer<String, byte[]> consumer;

    KafkaFeed(String bootstrapServers, String topic, String group, int mostPolled) {
        this.consumer = new KafkaConsumer<>(
                Map.ofEntries(
                        entry("bootstrap.servers", bootstrapServers),
                        entry("group.id", group),
                        entry("enable.auto.commit", false),
                        entry("auto.offset.reset", "earliest"),
                        entry("max.poll.records", mostPolled)),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
    }

    @Override
    public List<Delivery> poll() {
        List<Delivery> polled = new ArrayList<>();
        consumer.poll(POLL).forEach(next -> polled.add(new Delivery(next)));
        return polled;
    }

    @Override
    public void acknowledge(List<Delivery> stored) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        stored.forEach(delivery -> next.put(
                new TopicPartition(delivery.entry.topic(), delivery.entry.partition()),
                new OffsetAndMetadata(delivery.entry.offset() + 1)));
        consumer.commitSync(next);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
