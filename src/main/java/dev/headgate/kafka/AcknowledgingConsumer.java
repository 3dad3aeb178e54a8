package dev.headgate.kafka;

import dev.headgate.HeadgateException;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.failure.Failure;
import dev.headgate.failure.FailureLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
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
 * <p>Kafka's client is never left to choose where to read: a partition begins at its committed offset, or where {@code
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
    /** So many failures of one offset, after about three seconds, are no accident. */
    private static final int TROUBLE = 5;
    /** How long Kafka is asked where to begin before this consumer polls again. */
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);
    /** Before the topic's id in the metadata of a commit; other metadata is somebody else's. */
    private static final String TOPIC_ID = "topic-id:";

    /** Which topic is read under a name. */
    private record Life(String token, int number) {}

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
    private final ClientMetadata metadata;
    private final StartPosition start;
    private final TopicLives numbers;
    private final MissingRecords missing;
    private final Fencing fencing;
    private final boolean stopOnMissing;
    private final String group;
    private final Map<String, Life> lives = new HashMap<>();
    /** Not read until it is known which topic they are of and where to begin; true for those that begin at the start. */
    private final Map<TopicPartition, Boolean> beginning = new HashMap<>();

    private final Map<TopicPartition, String> stopped = new HashMap<>();
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
            PolledBytes polledBytes) {
        super(StartPosition.without(properties), polledBytes.key(), polledBytes.value());
        this.polledBytes = polledBytes;
        this.metadata = new ClientMetadata(this);
        this.start = StartPosition.of(properties);
        this.numbers = numbers;
        this.missing = missing;
        this.fencing = fencing;
        this.stopOnMissing = stopOnMissing;
        this.group = String.valueOf(properties.get(ConsumerConfig.GROUP_ID_CONFIG));
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

    /** Which of the topics of this name it reads; known for every record that is handed out. */
    int incarnation(String topic) {
        Life life = lives.get(topic);
        if (life == null) {
            throw new IllegalStateException(
                    "A record of " + topic + " was handed out before it was known which topic it is of");
        }
        return life.number;
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
        }
        rewindFailed();
        begin();
        Duration bounded = timeout.compareTo(LONGEST_POLL) < 0 ? timeout : LONGEST_POLL;
        if (suspended || !stopped.isEmpty()) {
            fetch(assignment(), bounded);
            return ConsumerRecords.empty();
        }
        if (!awaitRoom()) {
            fetch(assignment(), PAUSED_POLL);
            return ConsumerRecords.empty();
        }
        Set<TopicPartition> resting = new HashSet<>(rests.resting(System.nanoTime()));
        resting.addAll(beginning.keySet());
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
            startWithoutOffset(e);
        } catch (OffsetOutOfRangeException e) {
            findTopicsMadeAgain();
            beyondTheLog(e);
        }
        lastFetch = System.nanoTime();
        polled.add(records);
        report.polled(records, lastFetch - from);
        findTopicsMadeAgain();
    }

    /** Partitions are new here. They are not read before {@link #begin()} has found out where. */
    void begin(Collection<TopicPartition> partitions) {
        report.assigned(assignment(), Set.of());
        missing.expect(group, partitions);
        partitions.forEach(partition -> beginning.put(partition, false));
        super.pause(partitions);
    }

    /** Lets those partitions be read of whose topic the life is known. An offset of another life means nothing. */
    private void begin() {
        if (beginning.isEmpty()) {
            return;
        }
        Set<TopicPartition> known = new HashSet<>();
        for (TopicPartition partition : beginning.keySet()) {
            if (isKnown(partition.topic())) {
                known.add(partition);
            }
        }
        if (known.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> committed;
        try {
            committed = super.committed(known, ASK_TIMEOUT);
        } catch (TimeoutException e) {
            LOG.debug("Kafka does not say yet where {} were committed", known, e);
            return;
        }
        Set<TopicPartition> fromStart = new HashSet<>();
        for (TopicPartition partition : known) {
            boolean madeAgain = Boolean.TRUE.equals(beginning.remove(partition));
            OffsetAndMetadata offset = committed.get(partition);
            if (madeAgain || (offset != null && isOfAnotherLife(partition, offset))) {
                fromStart.add(partition);
            }
        }
        if (!fromStart.isEmpty()) {
            LOG.warn(
                    "{} of group {}: the topic was deleted and made again since it was last read; it is read from its"
                            + " start. What the old one still had is gone with it.",
                    fromStart,
                    group);
            super.seekToBeginning(fromStart);
        }
    }

    private boolean isKnown(String topic) {
        String token = metadata.token(topic);
        Life life = lives.get(topic);
        if (token == null || (life != null && life.token.equals(token))) {
            return life != null;
        }
        Integer number = numbers.number(topic, token);
        if (number == null) {
            return false;
        }
        lives.put(topic, new Life(token, number));
        return true;
    }

    private boolean isOfAnotherLife(TopicPartition partition, OffsetAndMetadata committed) {
        Life life = lives.get(partition.topic());
        return life != null
                && committed.metadata().startsWith(TOPIC_ID)
                && !committed.metadata().equals(TOPIC_ID + life.token);
    }

    /**
     * After each poll, before anything it brought is handed out: what was polled while the topic is still the known one is
     * of that one, for Kafka's client fetches by the topic's id, and ids do not come back.
     */
    private void findTopicsMadeAgain() {
        Set<String> madeAgain = Set.of();
        for (Map.Entry<String, Life> entry : lives.entrySet()) {
            String token = metadata.token(entry.getKey());
            if (token != null && !token.equals(entry.getValue().token)) {
                madeAgain = madeAgain.isEmpty() ? new HashSet<>() : madeAgain;
                madeAgain.add(entry.getKey());
            }
        }
        for (String topic : madeAgain) {
            lives.remove(topic);
            for (TopicPartition partition : assignment()) {
                if (partition.topic().equals(topic)) {
                    drop(List.of(partition));
                    rests.forget(List.of(partition));
                    missing.madeAgain(group, partition);
                    stopped.remove(partition);
                    failing.remove(partition);
                    beginning.put(partition, true);
                }
            }
            tellTroubles();
        }
    }

    /** The group has no offset of these partitions. */
    private void startWithoutOffset(NoOffsetForPartitionException none) {
        Set<TopicPartition> partitions = none.partitions();
        switch (start) {
            case EARLIEST -> super.seekToBeginning(partitions);
            case LATEST -> super.seekToEnd(partitions);
            case NONE -> throw none;
        }
    }

    /** The offsets to read from are none that the brokers have. */
    private void beyondTheLog(OffsetOutOfRangeException e) {
        Map<TopicPartition, Long> positions = new HashMap<>(e.offsetOutOfRangePartitions());
        positions.keySet().removeAll(beginning.keySet());
        Map<TopicPartition, Long> starts;
        try {
            starts = super.beginningOffsets(positions.keySet(), ASK_TIMEOUT);
        } catch (TimeoutException later) {
            LOG.debug("Kafka does not say yet where {} begin", positions.keySet(), later);
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> divergent =
                e instanceof LogTruncationException truncation ? truncation.divergentOffsets() : Map.of();
        positions.forEach((partition, position) -> {
            long first = starts.getOrDefault(partition, 0L);
            if (position < first) {
                missing(partition, position, first);
            } else {
                truncated(
                        partition,
                        position,
                        Optional.ofNullable(divergent.get(partition))
                                .map(OffsetAndMetadata::offset)
                                .orElse(first));
            }
        });
    }

    private void missing(TopicPartition partition, long position, long first) {
        missing.add(group, partition, position, first);
        String what =
                "%s of group %s: up to %d messages are missing, offsets %d to %d: the broker has deleted them (retention) before they were read"
                        .formatted(partition, group, first - position, position, first - 1);
        if (stopOnMissing) {
            String why =
                    what + "; nothing is read while headgate.kafka.stop-on-missing is true: set the group's offset to "
                            + first + " or start once with false to go on without them";
            LOG.error(why);
            stopped.put(partition, why);
            tellTroubles();
        } else {
            LOG.error(
                    "{}; reading on from {}. Raise the topic's retention.ms or retention.bytes; send them again if"
                            + " their sender can",
                    what,
                    first);
            super.seek(partition, first);
        }
    }

    private void truncated(TopicPartition partition, long position, long from) {
        LOG.error(
                "{} of group {} ends before offset {}, up to which it was read: its brokers have lost its end (an unclean"
                        + " leader election?); reading again from {}. What was applied is dropped as a duplicate, and so"
                        + " is what is new there if it has no message-id.",
                partition,
                group,
                position,
                from);
        drop(List.of(partition));
        super.seek(partition, from);
    }

    private void tellTroubles() {
        List<String> troubles = new ArrayList<>(stopped.values());
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
            if (!polled.has(partition) && !beginning.containsKey(partition) && lives.containsKey(partition.topic())) {
                try {
                    tracker.passed(partition, super.position(partition, Duration.ZERO));
                } catch (TimeoutException | NoOffsetForPartitionException | OffsetOutOfRangeException e) {
                    LOG.trace("{} has no position at present", partition, e);
                }
            }
        }
    }

    /** The offsets with the id of the topic that they are of. */
    private Map<TopicPartition, OffsetAndMetadata> named(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> named = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            Life life = lives.get(partition.topic());
            named.put(partition, life == null ? offset : new OffsetAndMetadata(offset.offset(), TOPIC_ID + life.token));
        });
        return named;
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
        commitAsync(named(offsets), (committed, error) -> {
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
            commitSync(named(offsets), COMMIT_TIMEOUT);
            report.committed(start, null);
        } catch (WakeupException e) {
            commitSync(named(offsets), COMMIT_TIMEOUT);
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
        beginning.keySet().removeAll(partitions);
        stopped.keySet().removeAll(partitions);
        failing.keySet().removeAll(partitions);
        tellTroubles();
        report.assigned(assignment(), partitions);
    }
}
