package dev.headgate.acknowledge;

import dev.headgate.backpressure.InflightLimit;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka consumer that commits what was acknowledged and stops fetching while too much is not.
 *
 * <p>Commits happen in {@link #poll}, on an interval; before partitions are revoked (also by unsubscribe and close),
 * after a bounded wait for their deliveries; never beyond the first unacknowledged record. A failed delivery rewinds its
 * partition to that record. Confined to one thread, as every Kafka consumer is.
 */
final class AcknowledgingConsumer extends KafkaConsumer<Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgingConsumer.class);
    /** Bounds a poll, so that a stop request or a commit that is due never waits longer. */
    private static final Duration LONGEST_POLL = Duration.ofMillis(250);
    /** How long a poll takes while fetching is paused: it only keeps the membership. */
    private static final Duration PAUSED_POLL = Duration.ofMillis(5);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);
    /** How long a partition rests after a failed delivery before it is read again. */
    private static final Duration REWIND_DELAY = Duration.ofSeconds(1);

    private final InflightLimit limit;
    private final OffsetTracker tracker;
    private final long commitIntervalNanos;
    private final Duration revokeTimeout;
    private long lastCommit = System.nanoTime();
    private long holdUntil = System.nanoTime();
    private boolean paused;
    private boolean suspended;

    AcknowledgingConsumer(Properties properties, InflightLimit limit, Duration commitInterval, Duration revokeTimeout) {
        super(properties);
        this.limit = limit;
        this.tracker = new OffsetTracker(limit);
        this.commitIntervalNanos = commitInterval.toNanos();
        this.revokeTimeout = revokeTimeout;
    }

    /** Registers a polled record that is about to be routed. */
    RecordAcknowledgement track(TopicPartition partition, long offset, int size) {
        return tracker.track(partition, offset, size);
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        long now = System.nanoTime();
        if (now - lastCommit >= commitIntervalNanos) {
            lastCommit = now;
            commit(tracker.takeCommittable());
        }
        rewindFailed();
        if (mustHold()) {
            return super.poll(PAUSED_POLL);
        }
        return super.poll(timeout.compareTo(LONGEST_POLL) < 0 ? timeout : LONGEST_POLL);
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new Rebalance(listener));
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        super.subscribe(pattern, new Rebalance(listener));
    }

    /** Pauses on behalf of Camel (a suspended route); the inflight limit does not resume what this paused. */
    @Override
    public void pause(Collection<TopicPartition> partitions) {
        suspended = true;
        super.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        suspended = false;
        paused = false;
        super.resume(partitions);
    }

    /** Reads the partition from elsewhere: what was delivered from it before is no longer tracked. */
    @Override
    public void seek(TopicPartition partition, long offset) {
        tracker.forget(partition);
        super.seek(partition, offset);
    }

    private boolean mustHold() {
        boolean full = limit.isFull() || System.nanoTime() - holdUntil < 0;
        if (full && !suspended) {
            paused = true;
            super.pause(assignment());
            limit.await(this::mayFetch, LONGEST_PAUSE);
            full = !mayFetch();
        }
        if (!full && paused && !suspended) {
            paused = false;
            super.resume(assignment());
        }
        return full;
    }

    private boolean mayFetch() {
        return !limit.isFull() && System.nanoTime() - holdUntil >= 0;
    }

    private void rewindFailed() {
        Map<TopicPartition, Long> failed = tracker.failed();
        failed.forEach((partition, offset) -> {
            LOG.warn("A message of {} failed and is not acknowledged: reading again from offset {}", partition, offset);
            commit(tracker.takeCommittable(java.util.List.of(partition)));
            seek(partition, offset);
        });
        if (!failed.isEmpty()) {
            holdUntil = System.nanoTime() + REWIND_DELAY.toNanos();
        }
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (offsets.isEmpty()) {
            return;
        }
        commitAsync(offsets, (committed, error) -> {
            if (error != null) {
                LOG.warn("Committing offsets {} failed, trying again: {}", committed, error.toString());
                tracker.commitFailed(committed.keySet());
            }
        });
    }

    private void commitBeforeGivingUp(Collection<TopicPartition> partitions) {
        if (!limit.await(() -> tracker.isAcknowledged(partitions), revokeTimeout)) {
            LOG.warn(
                    "Giving up {} with unacknowledged messages after {} s: whoever reads them next gets these again",
                    partitions,
                    revokeTimeout.toSeconds());
        }
        tracker.commitFailed(partitions);
        Map<TopicPartition, OffsetAndMetadata> offsets = tracker.takeCommittable(partitions);
        if (!offsets.isEmpty()) {
            commitNow(offsets);
        }
        partitions.forEach(tracker::forget);
    }

    private void commitNow(Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            commitSync(offsets, COMMIT_TIMEOUT);
        } catch (WakeupException e) {
            commitSync(offsets, COMMIT_TIMEOUT);
            wakeup();
        } catch (RuntimeException e) {
            LOG.warn("Committing offsets {} failed, their messages will come again: {}", offsets, e.toString());
        }
    }

    /** Commits before partitions go, then lets Camel's own listener see the change. */
    private final class Rebalance implements ConsumerRebalanceListener {

        private final ConsumerRebalanceListener camel;

        Rebalance(ConsumerRebalanceListener camel) {
            this.camel = camel;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            commitBeforeGivingUp(partitions);
            camel.onPartitionsRevoked(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(tracker::forget);
            camel.onPartitionsLost(partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            camel.onPartitionsAssigned(partitions);
        }
    }
}
