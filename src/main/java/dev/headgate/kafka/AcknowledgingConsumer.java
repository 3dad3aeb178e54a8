package dev.headgate.kafka;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.failure.FailureLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka consumer that commits what was acknowledged, and hands out no record while too much is not.
 *
 * <p>Commits happen in {@link #poll}, on an interval; before partitions are revoked (also by unsubscribe and close),
 * after a bounded wait for their deliveries; never beyond the first unacknowledged record. A failed delivery rewinds its
 * partition to it, after a rest; those before it stay in flight.
 *
 * <p>The records that {@code poll} returns end early when the limit is reached, the source is held, or routing them
 * takes long; the rest waits here, with all partitions paused. So a slow route, however slow its throttle, polls often
 * enough to keep the membership. Confined to one thread, as every Kafka consumer is.
 */
final class AcknowledgingConsumer extends KafkaConsumer<Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(AcknowledgingConsumer.class);
    /** Bounds a poll, so that a stop request or a commit that is due never waits longer. */
    private static final Duration LONGEST_POLL = Duration.ofMillis(250);
    /** How long a poll takes while the source pauses: it only keeps the membership. */
    private static final Duration PAUSED_POLL = Duration.ofMillis(5);
    /** How long records of one poll are routed before Kafka hears of this consumer again. */
    private static final Duration SLICE = Duration.ofMillis(100);

    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);

    private final InflightLimit limit;
    private final FailureLog commitFailures = new FailureLog(LOG, "Committing offsets", InstantSource.system());
    private final OffsetTracker tracker = new OffsetTracker();
    private final PolledBytes polledBytes;
    private final PolledRecords polled = new PolledRecords(this::mayGoOn);
    private final RouteWatchdog routing = new RouteWatchdog();
    private final PartitionBackoff<TopicPartition> rests = new PartitionBackoff<>();
    private final long commitIntervalNanos;
    private final Duration revokeTimeout;
    private final ConsumerReport report;
    private @Nullable SourceInflight source;
    private long lastCommit = System.nanoTime();
    private long lastFetch = System.nanoTime();
    private long sliceStart = System.nanoTime();
    private boolean pausing;
    private boolean suspended;

    AcknowledgingConsumer(
            Properties properties,
            InflightLimit limit,
            Duration commitInterval,
            Duration revokeTimeout,
            ConsumerListener listener,
            PolledBytes polledBytes) {
        super(properties, polledBytes.key(), polledBytes.value());
        this.polledBytes = polledBytes;
        this.report = new ConsumerReport(properties, listener);
        this.limit = limit;
        this.commitIntervalNanos = commitInterval.toNanos();
        this.revokeTimeout = revokeTimeout;
    }

    /** Registers a polled record that is about to be routed. Which route that is, is known from the first one on. */
    Delivery track(String routeId, TopicPartition partition, long offset, int size) {
        if (source == null) {
            source = limit.source(routeId);
            report.source(source);
        }
        return tracker.track(partition, offset, size, source);
    }

    /** Which of the topics of this name it reads. */
    int incarnation(String topic) {
        return 0;
    }

    ConsumerReport report() {
        return report;
    }

    /** Breaks off, from any thread, a step that has kept a record for so long. The record is then not acknowledged. */
    boolean breakOff(Duration longerThan) {
        return routing.breakOff(longerThan);
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        routing.end();
        ConsumerRecords<Object, Object> records = next(timeout);
        routing.begin();
        sliceStart = System.nanoTime();
        return records;
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new Rebalance(this, listener));
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        super.subscribe(pattern, new Rebalance(this, listener));
    }

    /** Pauses on behalf of Camel (a suspended route): nothing is handed out until {@link #resume}. */
    @Override
    public void pause(Collection<TopicPartition> partitions) {
        suspended = true;
        super.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        suspended = false;
        super.resume(partitions);
    }

    /** Reads the partition from elsewhere: what was polled or delivered from it before is dropped. */
    @Override
    public void seek(TopicPartition partition, long offset) {
        drop(List.of(partition));
        super.seek(partition, offset);
    }

    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        drop(List.of(partition));
        super.seek(partition, offset);
    }

    @Override
    public void seekToBeginning(Collection<TopicPartition> partitions) {
        drop(partitions.isEmpty() ? assignment() : partitions);
        super.seekToBeginning(partitions);
    }

    @Override
    public void seekToEnd(Collection<TopicPartition> partitions) {
        drop(partitions.isEmpty() ? assignment() : partitions);
        super.seekToEnd(partitions);
    }

    @Override
    public void close() {
        try {
            super.close();
        } finally {
            report.closed(this);
        }
    }

    private ConsumerRecords<Object, Object> next(Duration timeout) {
        long now = System.nanoTime();
        if (now - lastCommit >= commitIntervalNanos) {
            lastCommit = now;
            commit(tracker.takeCommittable());
        }
        rewindFailed();
        Duration bounded = timeout.compareTo(LONGEST_POLL) < 0 ? timeout : LONGEST_POLL;
        if (suspended) {
            fetch(assignment(), bounded);
            return ConsumerRecords.empty();
        }
        if (!awaitRoom()) {
            fetch(assignment(), PAUSED_POLL);
            return ConsumerRecords.empty();
        }
        Set<TopicPartition> resting = rests.resting(System.nanoTime());
        if (polled.isEmpty()) {
            fetch(resting, resting.isEmpty() ? bounded : SLICE);
        } else if (System.nanoTime() - lastFetch >= SLICE.toNanos()) {
            fetch(assignment(), Duration.ZERO);
        }
        return polled.handOut();
    }

    /** Waits a while for room, so that a source that pauses goes on as soon as it may. */
    private boolean awaitRoom() {
        if (isFull()) {
            pausing(!(source == null ? limit.awaitRoom(SLICE) : source.awaitRoom(SLICE)));
        }
        return !pausing;
    }

    /** Asked before each record; behind one that has failed no later one of its partition may overtake it. */
    private boolean mayGoOn(TopicPartition partition) {
        return !tracker.isFailed(partition) && !isFull() && System.nanoTime() - sliceStart < SLICE.toNanos();
    }

    /** Full from the first time it is, until there is room again: less is not worth a thread's awakening. */
    private boolean isFull() {
        if (!pausing) {
            pausing(source == null ? limit.isFull() : source.isFull());
        }
        return pausing;
    }

    private void pausing(boolean now) {
        pausing = now;
        report.pausing(now);
    }

    /** Polls with exactly these partitions paused. */
    private void fetch(Set<TopicPartition> pausing, Duration timeout) {
        Set<TopicPartition> assigned = assignment();
        Set<TopicPartition> resumed = new HashSet<>(paused());
        resumed.removeAll(pausing);
        super.resume(resumed);
        Set<TopicPartition> paused = new HashSet<>(pausing);
        paused.retainAll(assigned);
        super.pause(paused);
        polledBytes.begin();
        long start = System.nanoTime();
        ConsumerRecords<Object, Object> records = super.poll(timeout);
        lastFetch = System.nanoTime();
        polled.add(records);
        report.polled(records, lastFetch - start);
    }

    private void rewindFailed() {
        tracker.rewindFailed().forEach((partition, offset) -> {
            Duration rest = rests.failed(partition, offset, System.nanoTime());
            LOG.warn(
                    "A message of {} failed and is not acknowledged: reading again from offset {} in {} ms",
                    partition,
                    offset,
                    rest.toMillis());
            polled.drop(List.of(partition));
            super.seek(partition, offset);
        });
    }

    private void drop(Collection<TopicPartition> partitions) {
        polled.drop(partitions);
        partitions.forEach(tracker::forget);
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (offsets.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        commitAsync(offsets, (committed, error) -> {
            report.committed(start, error);
            if (error == null) {
                commitFailures.over();
            } else {
                commitFailures.failed(error, "trying again with " + committed);
                tracker.commitFailed(committed.keySet());
            }
        });
    }

    /** Waits for what is in flight of the partitions, as long as it may, and commits. */
    void commitBeforeGivingUp(Collection<TopicPartition> partitions) {
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
    }

    private void commitNow(Map<TopicPartition, OffsetAndMetadata> offsets) {
        long start = System.nanoTime();
        try {
            commitSync(offsets, COMMIT_TIMEOUT);
            report.committed(start, null);
        } catch (WakeupException e) {
            commitSync(offsets, COMMIT_TIMEOUT);
            wakeup();
        } catch (RuntimeException e) {
            report.committed(start, e);
            LOG.warn("Committing offsets {} failed, their messages will come again: {}", offsets, e.toString());
        }
    }

    /** Forgets partitions that are gone, or going. */
    void giveUp(Collection<TopicPartition> partitions) {
        drop(partitions);
        rests.forget(partitions);
        report.assigned(assignment(), partitions);
    }
}
