package dev.headgate.kafka;

import dev.headgate.message.SourcePosition;
import dev.headgate.position.PositionKeeper;
import dev.headgate.position.PositionKey;
import dev.headgate.position.Tenure;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The partitions that one consumer owns, by their positions in the database. Confined to the consumer's thread. */
final class Tenures {

    /**
     * Who has lost a partition hears that from its group, too, at a heartbeat: only if it does not, the partition was taken by
     * a person's command, or by one who has lost it.
     */
    private static final Duration BETWEEN = Duration.ofSeconds(4);

    private final PositionKeeper keeper;
    private final String group;
    private final Map<TopicPartition, Tenure> owned = new HashMap<>();
    private final Map<TopicPartition, CompletableFuture<Tenure>> asked = new HashMap<>();
    private final Map<TopicPartition, Long> back = new HashMap<>();
    private final Map<TopicPartition, Long> notBefore = new HashMap<>();

    Tenures(PositionKeeper keeper, String group) {
        this.keeper = keeper;
        this.group = group;
    }

    /** Whether the partition is taken; asks for it if not. Never blocks. */
    boolean isTaken(TopicPartition partition, int incarnation) {
        Long later = notBefore.get(partition);
        if (later != null && System.nanoTime() - later < 0) {
            return false;
        }
        notBefore.remove(partition);
        return asked.computeIfAbsent(partition, unasked -> ask(unasked, incarnation))
                .isDone();
    }

    private CompletableFuture<Tenure> ask(TopicPartition partition, int incarnation) {
        PositionKey key = new PositionKey(
                group, new SourcePosition.Kafka(partition.topic(), incarnation, partition.partition(), 0).container());
        Long offset = back.get(partition);
        return offset == null ? keeper.take(key) : keeper.takeBack(key, offset);
    }

    /** The tenure of a partition that {@linkplain #isTaken is taken} begins. */
    Tenure begin(TopicPartition partition) {
        Tenure tenure = Objects.requireNonNull(asked.remove(partition)).join();
        back.remove(partition);
        owned.put(partition, tenure);
        return tenure;
    }

    /** Null while the partition is not taken. */
    @Nullable
    Tenure of(TopicPartition partition) {
        return owned.get(partition);
    }

    /** The offset below which all of the partition has ended; null if nothing of it was read. */
    @Nullable
    Long reached(TopicPartition partition) {
        Tenure tenure = owned.get(partition);
        return tenure == null ? null : tenure.reached();
    }

    /** Partitions that others have taken. */
    List<TopicPartition> lost() {
        return owned.values().stream().noneMatch(Tenure::isLost)
                ? List.of()
                : owned.entrySet().stream()
                        .filter(entry -> entry.getValue().isLost())
                        .map(Map.Entry::getKey)
                        .toList();
    }

    /** A partition that was lost is taken again, if it is still assigned in a while. */
    void takeAgain(TopicPartition partition) {
        forget(List.of(partition));
        notBefore.put(partition, System.nanoTime() + BETWEEN.toNanos());
    }

    /** The partition is taken again, with nothing known of what is at the offset and behind. */
    void takeBack(TopicPartition partition, long offset) {
        forget(List.of(partition));
        back.put(partition, offset);
    }

    /** Partitions are gone, or going, or another topic's. What is in flight of them is not written by who takes them again. */
    void forget(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            Tenure tenure = owned.remove(partition);
            CompletableFuture<Tenure> unanswered = asked.remove(partition);
            if (unanswered != null) {
                unanswered.cancel(false);
            }
            back.remove(partition);
            notBefore.remove(partition);
            if (tenure != null) {
                keeper.writeRest(List.of(tenure));
            }
        }
    }

    /** Has written what no batch has, some time from now. */
    void writeRest() {
        keeper.writeRest(owned.values());
    }

    /** Writes it now, if the database lets it. */
    void writeRest(Collection<TopicPartition> partitions, Duration atMost) {
        keeper.writeRest(
                partitions.stream().map(owned::get).filter(Objects::nonNull).toList(), atMost);
    }
}
