package dev.headgate.devservices;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Clients of Kafka that feed a source and read a target. */
public final class DevClients {
    private static final Duration POLL = Duration.ofMillis(200);

    private DevClients() {}

    /** Takes what is read. */
    public interface RecordReader<X extends Exception> {
        void read(ConsumerRecord<byte[], byte[]> read) throws X;
    }

    /**
     * Sends each record once, in order in each partition, also to brokers that are killed and come back.
     *
     * @param settings more of them
     */
    public static KafkaProducer<String, byte[]> producer(String bootstrapServers, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrapServers);
        all.put("acks", "all");
        all.put("enable.idempotence", true);
        // A broker that comes back knows only the last batch of a producer: it refuses for ever, as out of order, an
        // earlier one that it has and whose answer was lost.
        all.put("max.in.flight.requests.per.connection", 1);
        all.put("linger.ms", 5);
        all.put("batch.size", 128 * 1024);
        return new KafkaProducer<>(all, new StringSerializer(), new ByteArraySerializer());
    }

    /**
     * Reads what is committed, from the beginning, and commits nothing.
     *
     * @param settings more of them
     */
    public static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrapServers);
        all.put("enable.auto.commit", false);
        all.put("auto.offset.reset", "earliest");
        all.put("isolation.level", "read_committed");
        all.put("max.poll.records", 5_000);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads all that is committed in some topics now, in order in each partition. */
    public static <X extends Exception> void readAll(
            String bootstrapServers, Collection<String> topics, RecordReader<X> reader) throws X {
        try (var consumer = consumer(bootstrapServers, Map.of())) {
            List<TopicPartition> partitions = topics.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL)) {
                    reader.read(read);
                }
            }
        }
    }
}
