package dev.headgate.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The Kafka topic that the relay writes to.
 *
 * @param readable tells of key and payload whether they are what they have to be; what is not has not arrived
 */
record RelayTopic(String bootstrapServers, String topic, BiPredicate<byte[], byte[]> readable) implements RelayTarget {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long NO_ID = -1;

    /** Any payload will do. */
    RelayTopic(String bootstrapServers, String topic) {
        this(bootstrapServers, topic, (key, payload) -> true);
    }

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
                    if (id == NO_ID || !readable.test(delivered.key(), delivered.value())) {
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
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "enable.auto.commit",
                        false,
                        "isolation.level",
                        "read_committed",
                        "max.poll.records",
                        5000),
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
