package dev.headgate.kafka;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What Kafka returned and no route has taken yet, by partition. For the consumer's thread only. */
final class PolledRecords {

    private final Predicate<TopicPartition> goOn;
    private final Map<TopicPartition, Records> partitions = new LinkedHashMap<>();
    private long taken;

    /** @param goOn asked before each record; once it does not hold, whoever iterates over the partition gets no more */
    PolledRecords(Predicate<TopicPartition> goOn) {
        this.goOn = goOn;
    }

    void add(ConsumerRecords<Object, Object> polled) {
        for (TopicPartition partition : polled.partitions()) {
            partitions.computeIfAbsent(partition, Records::new).append(polled.records(partition));
        }
    }

    /** Forgets what was polled of the partitions. */
    void drop(Collection<TopicPartition> dropped) {
        partitions.keySet().removeAll(dropped);
    }

    /** How many records were taken since the beginning. */
    long taken() {
        return taken;
    }

    /** Whether something of the partition was not taken. */
    boolean has(TopicPartition partition) {
        Records left = partitions.get(partition);
        return left != null && !left.isEmpty();
    }

    /** The offset of the next record of the partition; null if there is none. */
    @Nullable
    Long next(TopicPartition partition) {
        Records left = partitions.get(partition);
        return left == null || left.isEmpty() ? null : (Long) left.get(0).offset();
    }

    /** Whether all was taken. */
    boolean isEmpty() {
        partitions.values().removeIf(Records::isEmpty);
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

    /**
     * The records of one partition, a queue that Camel reads as a list: its iterators take records out, and what they
     * leave is still there, in order, for the next one.
     */
    private final class Records extends AbstractList<ConsumerRecord<Object, Object>> {

        private final TopicPartition partition;
        private List<ConsumerRecord<Object, Object>> records = List.of();
        private int next;

        Records(TopicPartition partition) {
            this.partition = partition;
        }

        /** The list is kept, not copied, if nothing is left before it. */
        void append(List<ConsumerRecord<Object, Object>> polled) {
            if (isEmpty()) {
                records = polled;
            } else {
                List<ConsumerRecord<Object, Object>> all = new ArrayList<>(records.subList(next, records.size()));
                all.addAll(polled);
                records = all;
            }
            next = 0;
        }

        @Override
        public int size() {
            return records.size() - next;
        }

        @Override
        public ConsumerRecord<Object, Object> get(int index) {
            return records.get(next + index);
        }

        @Override
        public Iterator<ConsumerRecord<Object, Object>> iterator() {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return !isEmpty() && goOn.test(partition);
                }

                @Override
                public ConsumerRecord<Object, Object> next() {
                    if (isEmpty()) {
                        throw new NoSuchElementException();
                    }
                    taken++;
                    return records.get(next++);
                }
            };
        }
    }
}
