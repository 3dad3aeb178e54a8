package dev.headgate.kafka;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** How many records the brokers had deleted before they were read, by group and partition, since the start. Thread-safe. */
final class MissingRecords {

    private record Place(String group, TopicPartition partition) {}

    private final Map<Place, Long> missing = new ConcurrentHashMap<>();

    /** So that there is a zero before the first loss, which a rate needs. */
    void expect(String group, Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> missing.putIfAbsent(new Place(group, partition), 0L));
    }

    void add(String group, TopicPartition partition, long records) {
        missing.merge(new Place(group, partition), records, Long::sum);
    }

    List<AcknowledgingClientFactory.Missing> all() {
        return missing.entrySet().stream()
                .map(entry -> new AcknowledgingClientFactory.Missing(
                        entry.getKey().group, entry.getKey().partition, entry.getValue()))
                .toList();
    }
}
