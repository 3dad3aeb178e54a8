package dev.headgate.batch;

import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The order of one batch's messages within their keys, where some are refused: which of these keep which others waiting,
 * and which are overtaken, and so are never written themselves, as then a later message of their key would come first. A
 * key is the ordering key; with {@code onReject=hold-key} the key of the source is one, too. Used by the lane's thread only.
 */
final class KeyOrder {

    private final boolean holdsKeys;
    private final Map<PipelineKey, List<Trial>> byKey = new HashMap<>();
    private final Map<PipelineKey, List<Trial>> bySourceKey = new HashMap<>();

    /** @param holdsKeys whether the later messages of a refused one's source key are dead letters, too */
    KeyOrder(boolean holdsKeys) {
        this.holdsKeys = holdsKeys;
    }

    /** The message is refused: from now on later ones of its keys can have to wait. */
    void add(Message message, Trial trial) {
        if (message.orderingKey() != null) {
            byKey.computeIfAbsent(orderingKey(message), key -> new ArrayList<>())
                    .add(trial);
        }
        if (holdsKeys && message.sourceKey() != null) {
            bySourceKey
                    .computeIfAbsent(sourceKey(message), key -> new ArrayList<>())
                    .add(trial);
        }
    }

    /** The message is not refused any more, and keeps none waiting. */
    void remove(Message message, Trial trial) {
        byKey.getOrDefault(orderingKey(message), new ArrayList<>()).remove(trial);
        bySourceKey.getOrDefault(sourceKey(message), new ArrayList<>()).remove(trial);
    }

    /** No message is refused any more. */
    void clear() {
        byKey.clear();
        bySourceKey.clear();
    }

    /** The message is written, and has overtaken what is refused before it in its key. */
    void written(Message message) {
        for (Trial refused : byKey.getOrDefault(orderingKey(message), List.of())) {
            if (refused.isBefore(message)) {
                refused.overtaken();
            }
        }
    }

    /**
     * Whether an earlier message of its keys keeps it waiting.
     *
     * @param again the trials of those that are tried again with it, which do not
     * @param mayBeGood whether one that is not settled does so; one that holds its source key always does
     */
    boolean waits(Message message, Set<Trial> again, Predicate<Trial> mayBeGood) {
        for (Trial trial : bySourceKey.getOrDefault(sourceKey(message), List.of())) {
            if (trial.isBefore(message) && !again.contains(trial)) {
                return true;
            }
        }
        for (Trial trial : byKey.getOrDefault(orderingKey(message), List.of())) {
            if (trial.isBefore(message) && !trial.isSettled() && mayBeGood.test(trial) && !again.contains(trial)) {
                return true;
            }
        }
        return false;
    }

    /** The trials of those that would never be written when one of the messages were. */
    Set<Trial> overtakenBy(List<Message> messages) {
        Set<Trial> overtaken = new HashSet<>();
        for (Message message : messages) {
            for (Trial trial : byKey.getOrDefault(orderingKey(message), List.of())) {
                if (trial.isBefore(message) && !trial.isSettled()) {
                    overtaken.add(trial);
                }
            }
        }
        return overtaken;
    }

    /** A list in order without the one at the position and what comes behind it in its keys. */
    List<Message> without(List<Message> list, int position) {
        Message left = list.get(position);
        List<Message> others = new ArrayList<>(list.subList(0, position));
        for (Message message : list.subList(position + 1, list.size())) {
            boolean isOfItsKey = (left.orderingKey() != null
                            && orderingKey(left).equals(orderingKey(message)))
                    || (holdsKeys && left.sourceKey() != null && sourceKey(left).equals(sourceKey(message)));
            if (!isOfItsKey) {
                others.add(message);
            }
        }
        return others;
    }

    private static PipelineKey orderingKey(Message message) {
        return new PipelineKey(message.pipeline(), message.orderingKey());
    }

    private static PipelineKey sourceKey(Message message) {
        return new PipelineKey(message.pipeline(), message.sourceKey());
    }
}
