package dev.headgate.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The Kafka topic that the relay writes to. */
record RelayTopic(String bootstrapServers, String topic) implements RelayTarget {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long NO_ID = -1;

    @Override
    public Relayed relayed() {
        try (var consumer = consumer()) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var ids = new BitSet();
            long withoutId = 0;
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> delivered : consumer.poll(POLL)) {
                    long id = id(delivered);
                    if (id == NO_ID) {
                        withoutId++;
                    } else {
                        ids.set(Math.toIntExact(id));
                    }
                }
            }
            return new Relayed(ids, withoutId);
        }
    }

    @Override
    public String address() {
        return "Relayed to  " + bootstrapServers + "  topic " + topic;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", false, "max.poll.records", 5000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static long id(ConsumerRecord<byte[], byte[]> delivered) {
        Header id = delivered.headers().lastHeader("message-id");
        try {
            return RelayTarget.entry(id == null ? "" : new String(id.value(), StandardCharsets.UTF_8));
        } catch (NumberFormatException notAnEntry) {
            return NO_ID;
        }
    }
}
