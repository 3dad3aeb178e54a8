package dev.headgate.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** What Kafka returned and no route has taken yet, by partition. For the consumer's thread only. */
final class PolledRecords {

    private final Predicate<TopicPartition> goOn;
    private final Map<TopicPartition, HandOut<ConsumerRecord<Object, Object>>> partitions = new LinkedHashMap<>();

    /** @param goOn asked before each record; once it does not hold, whoever iterates over the partition gets no more */
    PolledRecords(Predicate<TopicPartition> goOn) {
        this.goOn = goOn;
    }

    void add(ConsumerRecords<Object, Object> polled) {
        for (TopicPartition partition : polled.partitions()) {
            partitions
                    .computeIfAbsent(partition, p -> new HandOut<>(() -> goOn.test(p)))
                    .append(polled.records(partition));
        }
    }

    /** Forgets what was polled of the partitions. */
    void drop(Collection<TopicPartition> of) {
        partitions.keySet().removeAll(of);
    }

    /** Whether all was taken. */
    boolean isEmpty() {
        partitions.values().removeIf(HandOut::isEmpty);
        return partitions.isEmpty();
    }

    /** All that is left; iterating takes the records out, and may end before their end. */
    ConsumerRecords<Object, Object> handOut() {
        if (isEmpty()) {
            return ConsumerRecords.empty();
        }
        Map<TopicPartition, List<ConsumerRecord<Object, Object>>> left = new LinkedHashMap<>(partitions);
        return new ConsumerRecords<>(left, new HashMap<>());
    }
}
