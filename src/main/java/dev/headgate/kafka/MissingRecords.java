package dev.headgate.kafka;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** How many records the brokers had deleted before they were read, by group and partition, since the start. Thread-safe. */
final class MissingRecords {

    private record Place(String group, TopicPartition partition) {}

    /** @param end behind the last one that was counted: what is met again after a rebalance counts once */
    private record Counted(long records, long end) {}

    private final Map<Place, Counted> missing = new ConcurrentHashMap<>();

    /** So that there is a zero before the first loss, which a rate needs. */
    void expect(String group, Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> missing.putIfAbsent(new Place(group, partition), new Counted(0, 0)));
    }

    /** The partition is another one under its name: its offsets begin again. */
    void madeAgain(String group, TopicPartition partition) {
        missing.computeIfPresent(new Place(group, partition), (place, counted) -> new Counted(counted.records, 0));
    }

    /** @param end exclusive */
    void add(String group, TopicPartition partition, long from, long end) {
        missing.merge(
                new Place(group, partition),
                new Counted(end - from, end),
                (before, now) -> end <= before.end
                        ? before
                        : new Counted(before.records + end - Math.max(from, before.end), end));
    }

    List<AcknowledgingClientFactory.Missing> all() {
        return missing.entrySet().stream()
                .map(entry -> new AcknowledgingClientFactory.Missing(
                        entry.getKey().group, entry.getKey().partition, entry.getValue().records))
                .toList();
    }
}
