package dev.headgate.kafka;

import dev.headgate.position.Tenure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the partitions of one consumer are read from: at the committed offset if that is one of the same topic, at the start
 * of a topic that was made again, behind records that the brokers have deleted, or before an end that they have lost.
 *
 * <p>It knows which topic is read under a name, and a partition is not read before that is known. Confined to the consumer's
 * thread.
 */
final class Beginnings {

    private static final Logger LOG = LoggerFactory.getLogger(Beginnings.class);
    /** How long Kafka is asked where to begin before the consumer polls again. */
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);
    /** Before the topic's id in the metadata of a commit; other metadata is somebody else's. */
    private static final String TOPIC_ID = "topic-id:";

    /** Which topic is read under a name. */
    private record Life(String token, int number) {}

    /** The client whose positions it sets, and what was read from there before. */
    interface Client {

        Set<TopicPartition> assignment();

        /**
         * What the group has committed.
         *
         * @throws TimeoutException if Kafka does not say in time
         */
        Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration atMost);

        /**
         * The offsets at which the logs begin.
         *
         * @throws TimeoutException if Kafka does not say in time
         */
        Map<TopicPartition, Long> starts(Collection<TopicPartition> partitions, Duration atMost);

        void readFromStart(Collection<TopicPartition> partitions);

        void readFromEnd(Collection<TopicPartition> partitions);

        void readFrom(TopicPartition partition, long offset);

        /**
         * The offsets behind the last records.
         *
         * @throws TimeoutException if Kafka does not say in time
         */
        Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, Duration atMost);

        /** Drops what was polled or delivered of the partition. */
        void drop(TopicPartition partition);
    }

    private final Client client;
    private final ClientMetadata metadata;
    private final StartPosition start;
    private final TopicLives numbers;
    private final Tenures tenures;
    private final MissingRecords missing;
    private final boolean stopOnMissing;
    private final String group;
    private final Map<String, Life> lives = new HashMap<>();
    /** Not read until it is known which topic they are of and where to begin; true for those that begin at the start. */
    private final Map<TopicPartition, Boolean> pending = new HashMap<>();

    /** Where those go on that are taken again, if the database does not say. */
    private final Map<TopicPartition, Long> resumed = new HashMap<>();

    private final Map<TopicPartition, String> stopped = new HashMap<>();

    /**
     * @param start where a partition begins for a group without an offset
     * @param stopOnMissing whether to stop where records are missing, instead of going on behind them
     */
    Beginnings(
            Client client,
            ClientMetadata metadata,
            StartPosition start,
            TopicLives numbers,
            Tenures tenures,
            MissingRecords missing,
            boolean stopOnMissing,
            String group) {
        this.client = client;
        this.metadata = metadata;
        this.start = start;
        this.numbers = numbers;
        this.tenures = tenures;
        this.missing = missing;
        this.stopOnMissing = stopOnMissing;
        this.group = group;
    }

    /** Partitions are new here: pending until {@link #begin()} has found out where they begin. */
    void assigned(Collection<TopicPartition> partitions) {
        missing.expect(group, partitions);
        partitions.forEach(partition -> pending.put(partition, false));
    }

    /** Partitions are gone, or going. */
    void forget(Collection<TopicPartition> partitions) {
        pending.keySet().removeAll(partitions);
        stopped.keySet().removeAll(partitions);
        resumed.keySet().removeAll(partitions);
        tenures.forget(partitions);
    }

    /**
     * Another one has taken the partition, and it is still assigned to this consumer, whose client has polled further than
     * anything is written.
     *
     * @param from where to go on if the database has no position; null if nothing was polled
     */
    void takeAgain(TopicPartition partition, @Nullable Long from) {
        pending.put(partition, false);
        tenures.takeAgain(partition);
        if (from == null) {
            resumed.remove(partition);
        } else {
            resumed.put(partition, from);
        }
    }

    /** The partitions that must not be read yet. */
    Set<TopicPartition> pending() {
        return pending.keySet();
    }

    /** Whether the partition's topic is known, and the partition is read. */
    boolean isRead(TopicPartition partition) {
        return !pending.containsKey(partition) && lives.containsKey(partition.topic());
    }

    /** Whether nothing more is read, because records are missing. */
    boolean isStopped() {
        return !stopped.isEmpty();
    }

    /** Why nothing more is read, each in a line; empty if it is. */
    Collection<String> troubles() {
        return stopped.values();
    }

    /** Which of the topics of this name is read; known for every record that is handed out. */
    int incarnation(String topic) {
        Life life = lives.get(topic);
        if (life == null) {
            throw new IllegalStateException(
                    "A record of " + topic + " was handed out before it was known which topic it is of");
        }
        return life.number;
    }

    /** The offsets with the id of the topic that they are of. */
    Map<TopicPartition, OffsetAndMetadata> named(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> named = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            Life life = lives.get(partition.topic());
            named.put(partition, life == null ? offset : new OffsetAndMetadata(offset.offset(), TOPIC_ID + life.token));
        });
        return named;
    }

    /**
     * Lets those partitions be read of whose topic the life is known, and which are taken. An offset of another life means
     * nothing, nor does any where the database has a position.
     */
    void begin() {
        if (pending.isEmpty()) {
            return;
        }
        Set<TopicPartition> known = new HashSet<>();
        for (TopicPartition partition : pending.keySet()) {
            if (isKnown(partition.topic()) && tenures.isTaken(partition, incarnation(partition.topic()))) {
                known.add(partition);
            }
        }
        if (known.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> committed;
        try {
            committed = client.committed(known, ASK_TIMEOUT);
        } catch (TimeoutException e) {
            LOG.debug("Kafka does not say yet where {} were committed", known, e);
            return;
        }
        Set<TopicPartition> fromStart = new HashSet<>();
        for (TopicPartition partition : known) {
            boolean madeAgain = Boolean.TRUE.equals(pending.remove(partition));
            OffsetAndMetadata offset = committed.get(partition);
            Long position = tenures.begin(partition).start();
            Long resume = resumed.remove(partition);
            if (position == null && resume != null && !madeAgain) {
                client.readFrom(partition, resume);
            } else if (position != null) {
                client.readFrom(partition, position);
                tellIfSetByHand(partition, position, offset);
            } else if (madeAgain || (offset != null && isOfAnotherLife(partition, offset))) {
                fromStart.add(partition);
            }
        }
        if (!fromStart.isEmpty()) {
            LOG.warn(
                    "{} of group {}: the topic was deleted and made again since it was last read; it is read from its"
                            + " start. What the old one still had is gone with it.",
                    fromStart,
                    group);
            client.readFromStart(fromStart);
        }
    }

    private void tellIfSetByHand(TopicPartition partition, long position, @Nullable OffsetAndMetadata committed) {
        if (committed != null && committed.metadata().isEmpty() && committed.offset() != position) {
            LOG.warn(
                    "{} of group {} is read from its position in the database, {}: the offset {} that somebody has set in"
                            + " Kafka means nothing. `headgate positions` moves positions.",
                    partition,
                    group,
                    position,
                    committed.offset());
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
        return life != null && isOfAnotherLife(life.token, committed);
    }

    private static boolean isOfAnotherLife(String token, OffsetAndMetadata committed) {
        return committed.metadata().startsWith(TOPIC_ID)
                && !committed.metadata().equals(TOPIC_ID + token);
    }

    /** What was committed in the life of a topic with this token; null if nothing was. */
    static @Nullable Long offset(@Nullable OffsetAndMetadata committed, String token) {
        return committed == null || isOfAnotherLife(token, committed) ? null : (Long) committed.offset();
    }

    /**
     * After each poll, before anything it brought is handed out: what was polled while the topic is still the known one is
     * of that one, for Kafka's client fetches by the topic's id, and ids do not come back.
     *
     * @return the partitions that are those of another topic now
     */
    List<TopicPartition> ofTopicsMadeAgain() {
        Set<String> madeAgain = Set.of();
        for (Map.Entry<String, Life> entry : lives.entrySet()) {
            String token = metadata.token(entry.getKey());
            if (token != null && !token.equals(entry.getValue().token)) {
                madeAgain = madeAgain.isEmpty() ? new HashSet<>() : madeAgain;
                madeAgain.add(entry.getKey());
            }
        }
        if (madeAgain.isEmpty()) {
            return List.of();
        }
        List<TopicPartition> partitions = new ArrayList<>();
        for (TopicPartition partition : client.assignment()) {
            if (madeAgain.contains(partition.topic())) {
                client.drop(partition);
                missing.madeAgain(group, partition);
                stopped.remove(partition);
                pending.put(partition, true);
                tenures.forget(List.of(partition));
                partitions.add(partition);
            }
        }
        lives.keySet().removeAll(madeAgain);
        return partitions;
    }

    /** The group has no offset of these partitions. */
    void withoutOffset(NoOffsetForPartitionException none) {
        Set<TopicPartition> partitions = none.partitions();
        switch (start) {
            case EARLIEST -> client.readFromStart(partitions);
            case LATEST -> client.readFromEnd(partitions);
            case NONE -> throw none;
        }
    }

    /** The offsets to read from are none that the brokers have. */
    void beyondTheLog(OffsetOutOfRangeException e) {
        Map<TopicPartition, Long> positions = new HashMap<>(e.offsetOutOfRangePartitions());
        positions.keySet().removeAll(pending.keySet());
        Map<TopicPartition, Long> starts;
        Map<TopicPartition, Long> ends;
        try {
            starts = client.starts(positions.keySet(), ASK_TIMEOUT);
            ends = client.ends(positions.keySet(), ASK_TIMEOUT);
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
                        Optional.ofNullable(divergent.get(partition)).map(OffsetAndMetadata::offset),
                        first,
                        ends.getOrDefault(partition, first));
            }
        });
    }

    private void missing(TopicPartition partition, long position, long first) {
        missing.add(group, partition, position, first);
        String what =
                "%s of group %s: up to %d messages are missing, offsets %d to %d: the broker has deleted them (retention) before they were read"
                        .formatted(partition, group, first - position, position, first - 1);
        if (stopOnMissing) {
            String why = what + "; nothing is read while headgate.kafka.stop-on-missing is true: set the position to "
                    + first + " (`headgate positions set`) or start once with false to go on without them";
            LOG.error(why);
            stopped.put(partition, why);
        } else {
            LOG.error(
                    "{}; reading on from {}. Raise the topic's retention.ms or retention.bytes; send them again if"
                            + " their sender can",
                    what,
                    first);
            client.readFrom(partition, first);
        }
    }

    /** Without the ledger's keys what is read again is applied again: then nothing is that may have been applied. */
    private void truncated(TopicPartition partition, long position, Optional<Long> divergent, long first, long end) {
        Tenure tenure = tenures.of(partition);
        boolean keyed = tenure == null || tenure.isKeyed();
        long from = divergent.orElse(keyed ? first : end);
        LOG.error(
                "{} of group {} ends before offset {}, up to which it was read: its brokers have lost its end (an unclean"
                        + " leader election?); reading again from {}. {}",
                partition,
                group,
                position,
                from,
                keyed
                        ? "What was applied is dropped as a duplicate, and so is what is new there if it has no message-id."
                        : "What is new there below that offset is lost: send it again.");
        client.drop(partition);
        pending.put(partition, false);
        tenures.takeBack(partition, from);
    }
}
