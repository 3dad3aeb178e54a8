package dev.headgate.kafka;

import dev.headgate.HeadgateException;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.failure.Failure;
import dev.headgate.failure.FailureLog;
import dev.headgate.position.Place;
import dev.headgate.position.PositionKeeper;
import dev.headgate.position.Tenure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.TimeoutException;
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
 *
 * <p>Kafka's client is never left to choose where to read: a partition begins at its position in the database, where this
 * consumer takes it first ({@link Tenures}); if it has none there, at its committed offset, or where {@code
 * auto.offset.reset} says if the group has none; what the brokers have deleted before it was read is counted and said; and
 * a topic that was deleted and made again is read from its start. Commits carry the id of their topic for that.
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
    /** What is not written of positions by then, when partitions are given up, came to no batch, and is read again. */
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);
    /** So many failures of one offset, after about three seconds, are no accident. */
    private static final int TROUBLE = 5;
    /** What is read again, until it is committed; a trouble when it has failed so often. */
    private record Failing(long offset, int times, String why) {}

    private final InflightLimit limit;
    private final FailureLog commitFailures = new FailureLog(LOG, "Committing offsets", InstantSource.system());
    private final OffsetTracker tracker = new OffsetTracker();
    private final PolledBytes polledBytes;
    private final FailureLog rereads = new FailureLog(LOG, "Routing messages", InstantSource.system());
    private final PolledRecords polled = new PolledRecords(this::mayGoOn);
    private final RouteWatchdog routing = new RouteWatchdog();
    private final PartitionBackoff<TopicPartition> rests = new PartitionBackoff<>();
    private final long commitIntervalNanos;
    private final Duration revokeTimeout;
    private final ConsumerReport report;
    private final Beginnings beginnings;
    private final Tenures tenures;
    private final Fencing fencing;
    private final String group;
    private final Map<TopicPartition, Failing> failing = new HashMap<>();
    private long tracked;
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
            boolean stopOnMissing,
            ConsumerListener listener,
            TopicLives numbers,
            MissingRecords missing,
            Fencing fencing,
            PositionKeeper positions,
            PolledBytes polledBytes) {
        super(StartPosition.without(properties), polledBytes.key(), polledBytes.value());
        this.polledBytes = polledBytes;
        this.fencing = fencing;
        this.group = String.valueOf(properties.get(ConsumerConfig.GROUP_ID_CONFIG));
        this.tenures = new Tenures(positions, group);
        this.beginnings = new Beginnings(
                new Below(),
                new ClientMetadata(this),
                StartPosition.of(properties),
                numbers,
                tenures,
                missing,
                stopOnMissing,
                group);
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
        tracked++;
        return tracker.track(partition, offset, size, source);
    }

    /** Where a record stands that is about to be routed. */
    Place place(TopicPartition partition, long offset) {
        Tenure tenure = tenures.of(partition);
        if (tenure == null) {
            throw new IllegalStateException("A record of " + partition + " was handed out before it was taken");
        }
        return tenure.place(offset);
    }

    /** Which of the topics of this name it reads; known for every record that is handed out. */
    int incarnation(String topic) {
        return beginnings.incarnation(topic);
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
        ConsumerRecords<Object, Object> records;
        try {
            records = next(timeout);
        } catch (FencedInstanceIdException e) {
            fencing.fenced(group, report.properties().get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
            throw e;
        } catch (Error e) {
            // With an error, as of a class that is missing, Camel's thread would end, and nobody would hear of it.
            throw new HeadgateException("Reading from Kafka fails: " + e, e);
        }
        routing.begin();
        sliceStart = System.nanoTime();
        return records;
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        report.topics(topics);
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
            passGaps();
            commit(tracker.takeCommittable());
            tenures.writeRest();
        }
        rewindFailed();
        takeAgainWhatIsLost();
        beginnings.begin();
        tellHowFar();
        Duration bounded = timeout.compareTo(LONGEST_POLL) < 0 ? timeout : LONGEST_POLL;
        if (suspended || beginnings.isStopped()) {
            fetch(assignment(), bounded);
            return ConsumerRecords.empty();
        }
        if (!awaitRoom()) {
            fetch(assignment(), PAUSED_POLL);
            return ConsumerRecords.empty();
        }
        Set<TopicPartition> resting = new HashSet<>(rests.resting(System.nanoTime()));
        resting.addAll(beginnings.pending());
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
        long from = System.nanoTime();
        ConsumerRecords<Object, Object> records = ConsumerRecords.empty();
        try {
            records = super.poll(timeout);
        } catch (NoOffsetForPartitionException e) {
            beginnings.withoutOffset(e);
        } catch (OffsetOutOfRangeException e) {
            findTopicsMadeAgain();
            beginnings.beyondTheLog(e);
            tellTroubles();
        }
        lastFetch = System.nanoTime();
        polled.add(records);
        report.polled(records, lastFetch - from);
        findTopicsMadeAgain();
    }

    /** Partitions are new here. They are not read before it is known where they begin. */
    void begin(Collection<TopicPartition> partitions) {
        report.assigned(assignment(), Set.of());
        beginnings.assigned(partitions);
        super.pause(partitions);
    }

    private void findTopicsMadeAgain() {
        List<TopicPartition> madeAgain = beginnings.ofTopicsMadeAgain();
        if (!madeAgain.isEmpty()) {
            rests.forget(madeAgain);
            failing.keySet().removeAll(madeAgain);
            tellTroubles();
        }
    }

    private void tellTroubles() {
        List<String> troubles = new ArrayList<>(beginnings.troubles());
        failing.values().stream()
                .filter(partition -> partition.times >= TROUBLE)
                .forEach(partition -> troubles.add(partition.why));
        report.troubles(troubles);
    }

    private static boolean isBehind(Failing failing, @Nullable OffsetAndMetadata committed) {
        return committed != null && committed.offset() > failing.offset;
    }

    /**
     * Behind what is acknowledged there may be offsets without a record for this consumer: transaction markers, aborted or
     * deleted records. They are committed, too, or they would be lag for ever.
     */
    private void passGaps() {
        if (polled.taken() != tracked) {
            return; // a record is on its way to the route
        }
        for (TopicPartition partition : assignment()) {
            if (!polled.has(partition) && beginnings.isRead(partition)) {
                try {
                    tracker.passed(partition, super.position(partition, Duration.ZERO));
                } catch (TimeoutException | NoOffsetForPartitionException | OffsetOutOfRangeException e) {
                    LOG.trace("{} has no position at present", partition, e);
                }
            }
        }
    }

    /** Others have taken them: what is in flight of them is not written. */
    private void takeAgainWhatIsLost() {
        for (TopicPartition partition : tenures.lost()) {
            LOG.warn(
                    "{} of group {} was taken by somebody else; it is not read before it is taken again",
                    partition,
                    group);
            Long from = tenures.reached(partition);
            if (from == null) {
                from = polled.next(partition);
            }
            drop(List.of(partition));
            beginnings.takeAgain(partition, from);
        }
    }

    /** Lanes write how far all of a partition has ended, besides what they have applied themselves. */
    private void tellHowFar() {
        tracker.watermarks((partition, offset) -> {
            Tenure tenure = tenures.of(partition);
            if (tenure != null) {
                tenure.reached(offset);
            }
        });
    }

    private void rewindFailed() {
        tracker.rewindFailed().forEach((partition, offset) -> {
            Duration rest = rests.failed(partition, offset, System.nanoTime());
            Throwable known = tracker.cause(partition);
            Throwable cause = known == null ? new HeadgateException("its route says no cause") : known;
            rereads.failed(
                    cause,
                    "%s is not acknowledged and read again from offset %d in %d ms"
                            .formatted(partition, offset, rest.toMillis()));
            String why = "%s is read again and again from offset %d: %s"
                    .formatted(partition, offset, Failure.summary(cause));
            failing.put(partition, new Failing(offset, rests.times(partition), why));
            tellTroubles();
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
        if (failing.entrySet().removeIf(entry -> isBehind(entry.getValue(), offsets.get(entry.getKey())))) {
            tellTroubles();
        }
        if (failing.isEmpty()) {
            rereads.over();
        }
        long start = System.nanoTime();
        commitAsync(beginnings.named(offsets), (committed, error) -> {
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
        if (!limit.await(() -> tracker.isAcknowledged(partitions) || nothingIsInFlight(), revokeTimeout)) {
            LOG.warn(
                    "Giving up {} with unacknowledged messages after {} s: whoever reads them next gets these again",
                    partitions,
                    revokeTimeout.toSeconds());
        }
        tracker.commitFailed(partitions);
        tellHowFar();
        tenures.writeRest(partitions, WRITE_TIMEOUT);
        Map<TopicPartition, OffsetAndMetadata> offsets = tracker.takeCommittable(partitions);
        if (!offsets.isEmpty()) {
            commitNow(offsets);
        }
    }

    /** What has failed is not acknowledged, however long one waits. */
    private boolean nothingIsInFlight() {
        return source != null && source.messages() == 0;
    }

    private void commitNow(Map<TopicPartition, OffsetAndMetadata> offsets) {
        long start = System.nanoTime();
        try {
            commitSync(beginnings.named(offsets), COMMIT_TIMEOUT);
            report.committed(start, null);
        } catch (WakeupException e) {
            commitSync(beginnings.named(offsets), COMMIT_TIMEOUT);
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
        beginnings.forget(partitions);
        failing.keySet().removeAll(partitions);
        tellTroubles();
        report.assigned(assignment(), partitions);
    }

    /** Kafka's client, past what this class does at a seek. */
    private final class Below implements Beginnings.Client {

        @Override
        public Set<TopicPartition> assignment() {
            return AcknowledgingConsumer.this.assignment();
        }

        @Override
        public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration atMost) {
            return AcknowledgingConsumer.super.committed(partitions, atMost);
        }

        @Override
        public Map<TopicPartition, Long> starts(Collection<TopicPartition> partitions, Duration atMost) {
            return AcknowledgingConsumer.super.beginningOffsets(partitions, atMost);
        }

        @Override
        public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, Duration atMost) {
            return AcknowledgingConsumer.super.endOffsets(partitions, atMost);
        }

        @Override
        public void readFromStart(Collection<TopicPartition> partitions) {
            AcknowledgingConsumer.super.seekToBeginning(partitions);
        }

        @Override
        public void readFromEnd(Collection<TopicPartition> partitions) {
            AcknowledgingConsumer.super.seekToEnd(partitions);
        }

        @Override
        public void readFrom(TopicPartition partition, long offset) {
            AcknowledgingConsumer.super.seek(partition, offset);
        }

        @Override
        public void drop(TopicPartition partition) {
            AcknowledgingConsumer.this.drop(List.of(partition));
        }
    }
}
