package dev.headgate.cli.checks;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.cli.command.Failures;
import dev.headgate.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** The newest messages of a topic, read as nobody: without a group, and so without a trace. */
public final class TopicTail {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(200);

    /**
     * A message as it is in the topic.
     *
     * @param key as text; null for none
     * @param headers as text
     * @param payload null for a tombstone
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Found(@Nullable String key, Map<String, String> headers, byte @Nullable [] payload) {}

    private TopicTail() {}

    /**
     * Reads from the cluster that {@code camel.component.kafka.*} names.
     *
     * @param count how many, at most
     * @return in order of their time
     * @throws HeadgateException if there is no such topic, or the cluster does not answer
     */
    public static List<Found> read(Settings settings, String topic, int count) {
        Map<String, Object> configuration = KafkaCheck.configuration(settings, ConsumerConfig.configNames())
                .orElseThrow(() -> new ConfigurationException(
                        "Where the topic %s is, is not known: set camel.component.kafka.brokers.".formatted(topic)));
        configuration.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        configuration.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        configuration.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, count);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return read(consumer, topic, count);
        } catch (KafkaException e) {
            throw new HeadgateException(
                    "The topic %s at %s cannot be read: %s"
                            .formatted(
                                    topic,
                                    configuration.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG),
                                    Failures.innermost(e)),
                    e);
        }
    }

    private static List<Found> read(KafkaConsumer<byte[], byte[]> consumer, String topic, int count) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, PATIENCE).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new ConfigurationException("There is no topic %s: check its spelling.".formatted(topic));
        }
        Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions, PATIENCE);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
        consumer.assign(partitions);
        ends.forEach((partition, last) ->
                consumer.seek(partition, Math.max(starts.getOrDefault(partition, 0L), last - count)));
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (ends.entrySet().stream().anyMatch(last -> consumer.position(last.getKey()) < last.getValue())) {
            if (System.nanoTime() > end) {
                throw new HeadgateException(
                        "The topic %s cannot be read to its end within %d s.".formatted(topic, PATIENCE.toSeconds()));
            }
            consumer.poll(POLL).forEach(records::add);
        }
        return records.stream()
                .sorted(Comparator.comparingLong(ConsumerRecord::timestamp))
                .skip(Math.max(0, records.size() - count))
                .map(TopicTail::found)
                .toList();
    }

    private static Found found(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            if (header.value() != null) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
        return new Found(key, headers, record.value());
    }
}
