package dev.headgate.kafka;

import dev.headgate.backpressure.SourceInflight;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of one consumer by partition. For the consumer's thread only; acknowledgements may come from any.
 */
final class OffsetTracker {

    private final Map<TopicPartition, PartitionOffsets> partitions = new HashMap<>();

    /** Registers a record that is about to be routed, and counts it as in flight. */
    Delivery track(TopicPartition partition, long offset, int size, SourceInflight source) {
        PartitionOffsets offsets = partitions.computeIfAbsent(partition, p -> new PartitionOffsets());
        Delivery delivery = new Delivery(offsets, offset, size, source);
        offsets.add(delivery);
        return delivery;
    }

    /** As {@link PartitionOffsets#passed}. */
    void passed(TopicPartition partition, long position) {
        partitions.computeIfAbsent(partition, p -> new PartitionOffsets()).passed(position);
    }

    /** Hands over, by partition, the offset below which all deliveries are acknowledged, where there is one. */
    void watermarks(BiConsumer<TopicPartition, Long> reader) {
        partitions.forEach((partition, offsets) -> {
            long watermark = offsets.advance();
            if (watermark >= 0) {
                reader.accept(partition, watermark);
            }
        });
    }

    /** The offsets that became committable since the last call, by partition. */
    Map<TopicPartition, OffsetAndMetadata> takeCommittable() {
        return takeCommittable(partitions.keySet());
    }

    /** The offsets of the given partitions that became committable since the last call. */
    Map<TopicPartition, OffsetAndMetadata> takeCommittable(Collection<TopicPartition> wanted) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : wanted) {
            PartitionOffsets tracked = partitions.get(partition);
            long offset = tracked == null ? -1 : tracked.takeCommittable();
            if (offset >= 0) {
                offsets.put(partition, new OffsetAndMetadata(offset));
            }
        }
        return offsets;
    }

    /** The commit of these partitions failed: they are committable again. */
    void commitFailed(Collection<TopicPartition> uncommitted) {
        for (TopicPartition partition : uncommitted) {
            PartitionOffsets tracked = partitions.get(partition);
            if (tracked != null) {
                tracked.commitFailed();
            }
        }
    }

    /** Whether all deliveries of the given partitions are acknowledged. */
    boolean isAcknowledged(Collection<TopicPartition> asked) {
        return asked.stream().map(partitions::get).allMatch(tracked -> tracked == null || tracked.isAcknowledged());
    }

    /** Whether a delivery of the partition failed, which has to be read again from it. */
    boolean isFailed(TopicPartition partition) {
        PartitionOffsets tracked = partitions.get(partition);
        return tracked != null && tracked.isFailed();
    }

    /**
     * Drops what failed since the last call, and what was delivered behind it.
     *
     * @return the offsets to read again from, by partition
     */
    Map<TopicPartition, Long> rewindFailed() {
        Map<TopicPartition, Long> rewind = Map.of();
        for (Map.Entry<TopicPartition, PartitionOffsets> entry : partitions.entrySet()) {
            long offset = entry.getValue().isFailed() ? entry.getValue().rewind() : -1;
            if (offset >= 0) {
                rewind = rewind.isEmpty() ? new HashMap<>() : rewind;
                rewind.put(entry.getKey(), offset);
            }
        }
        return rewind;
    }

    /** Why the latest delivery that failed did, if that is known. */
    @Nullable
    Throwable cause(TopicPartition partition) {
        PartitionOffsets tracked = partitions.get(partition);
        return tracked == null ? null : tracked.cause();
    }

    /** Drops a partition: acknowledgements of its deliveries that are still to come change nothing. */
    void forget(TopicPartition partition) {
        partitions.remove(partition);
    }
}
