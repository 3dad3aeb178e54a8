package dev.headgate.batch;

import dev.headgate.batch.WriteResult.Refused;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * The book of one batch: which of its messages are open, that is neither applied nor dead letters; which of these were
 * tried and refused, with the {@link Trial} of each; and what follows from that: who waits, and who is to blame.
 *
 * <p>It writes nothing itself. It is told what was written or refused right after the attempt; where attempts commit
 * together that is before the commit, and is {@linkplain #takeBack taken back} if it fails. Trials that begin or are over
 * are told to the {@link RefusalWindow}, from which all lanes learn. Used by the lane's thread only.
 */
final class Trials {

    /** What Postgres says, among others, of a text that is not JSON. */
    private static final String INVALID_TEXT = "SQLSTATE 22P02";

    /** How long a message that the data's state refuses waits for others to be compared with. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private record KeyAndReason(PipelineKey key, String reason) {}

    private final RefusalWindow window;
    private final ChunkSize chunkSize;
    private final KeyOrder order;
    private final LongSupplier nanoTime;
    /** In order of arrival. */
    private final List<Message> open;
    /** Of those in {@link #open} that are refused. */
    private final Map<Message, Trial> trials = new HashMap<>();
    /** How many messages had passed by then. */
    private final Map<KeyAndReason, Long> firstOfKey = new HashMap<>();

    private final Set<String> tooMany = new HashSet<>();

    /**
     * @param messages in order of arrival
     * @param chunkSize learns of each trial that begins
     * @param nanoTime as of {@link System#nanoTime}
     */
    Trials(
            List<Message> messages,
            RefusalWindow window,
            ChunkSize chunkSize,
            BatchPolicy policy,
            LongSupplier nanoTime) {
        this.open = new ArrayList<>(messages);
        this.window = window;
        this.chunkSize = chunkSize;
        this.order = new KeyOrder(policy.holdsKeys());
        this.nanoTime = nanoTime;
    }

    /** Those that are open, in order of arrival, as {@link #removeDone} has left them. */
    List<Message> open() {
        return Collections.unmodifiableList(open);
    }

    /** Messages that have arrived since. */
    void add(List<Message> messages) {
        open.addAll(messages);
    }

    /** Those that are applied or dead letters by now are not open any more; true if there are any. */
    boolean removeDone() {
        return open.removeIf(Message::isDone);
    }

    /** Those that are open and not refused, in order of arrival. */
    List<Message> untried() {
        return open(message -> !trials.containsKey(message));
    }

    /** Those that are open and refused, whose trial is such a one, in order of arrival. */
    List<Message> tried(Predicate<Trial> which) {
        return open(message -> trials.containsKey(message) && which.test(trial(message)));
    }

    /** Those that are refused now. */
    Set<Message> tried() {
        return Set.copyOf(trials.keySet());
    }

    boolean isNoneRefused() {
        return trials.isEmpty();
    }

    /** The trial of a message that is refused. */
    Trial trial(Message message) {
        return Objects.requireNonNull(trials.get(message));
    }

    private List<Message> open(Predicate<Message> which) {
        return open.stream()
                .filter(message -> !message.isDone() && which.test(message))
                .toList();
    }

    /**
     * A message was refused alone. True if it was not before, or for another reason; what can be no fault of the sink is not
     * counted.
     *
     * @param passedBefore how many messages had passed when an attempt with it was refused first
     * @param uncommitted how many messages are written in the transaction in which it was refused
     */
    boolean refused(Message message, Refused refusal, long passedBefore, long uncommitted) {
        String reason = refusal.failure().reason();
        Trial known = trials.get(message);
        if (known != null && known.reason().equals(reason)) {
            known.refused(refusal.failure(), window.passed() + uncommitted);
            return false;
        }
        if (known != null) {
            forget(message);
            recovered(known);
        }
        // What passed since the first one of its key was refused for the same reason is evidence for the later ones
        // too.
        PipelineKey key = new PipelineKey(message.pipeline(), message.orderingKey());
        long passed = firstOfKey.computeIfAbsent(new KeyAndReason(key, reason), first -> passedBefore);
        chunkSize.tried(1, 1);
        boolean certain = isCertain(message, refusal);
        Trial trial = new Trial(message, refusal.failure(), certain, passed, nanoTime);
        trial.refused(refusal.failure(), window.passed() + uncommitted);
        trial.compared(uncommitted);
        trials.put(message, trial);
        order.add(message, trial);
        if (!certain) {
            window.refused(message, reason);
        }
        return !certain;
    }

    /** Whether who refused it said that it is the message's fault. */
    private static boolean isCertain(Message message, Refused refusal) {
        return ObjectHelper.getException(RejectedException.class, refusal.cause()) != null
                || (refusal.failure().reason().equals(INVALID_TEXT) && !JsonElement.isJson(message.payload()));
    }

    /** A message was written; so it is not refused any more, and has overtaken what is refused before it in its key. */
    void written(Message message) {
        if (trials.isEmpty()) {
            return;
        }
        Trial passed = trials.get(message);
        if (passed != null) {
            forget(message);
            recovered(passed);
        }
        order.written(message);
    }

    /** The trial of a message is over, as it became a dead letter, say. */
    void forget(Message message) {
        Trial trial = trials.remove(message);
        if (trial != null) {
            order.remove(message, trial);
        }
    }

    /** The transaction in which all trials began did not commit: nothing of it was tried. */
    void takeBack() {
        trials.values().forEach(this::recovered);
        trials.clear();
        order.clear();
        firstOfKey.clear();
    }

    private void recovered(Trial trial) {
        if (!trial.isCertain()) { // else it was not counted
            window.recovered(trial.reason());
        }
    }

    /** Of a list in order those that do not wait; a refused one that is tried again with them keeps none of them waiting. */
    List<Message> free(List<Message> list, boolean strict) {
        if (trials.isEmpty()) {
            return list;
        }
        List<Message> free = new ArrayList<>(list.size());
        Set<Trial> again = new HashSet<>();
        for (Message message : list) {
            if (!waits(message, strict, again)) {
                free.add(message);
                if (trials.containsKey(message)) {
                    again.add(trial(message));
                }
            }
        }
        return free;
    }

    /**
     * Whether an earlier message of its key is refused, and keeps it from being written, or a later one is written.
     *
     * @param strict whether each that is refused does so, or only those that may well be good
     */
    boolean waits(Message message, boolean strict) {
        return waits(message, strict, Set.of());
    }

    /** @param again the trials of those that are tried again with it, which do not keep it waiting */
    private boolean waits(Message message, boolean strict, Set<Trial> again) {
        Trial own = trials.get(message);
        return (own != null && own.isOvertaken())
                || order.waits(message, again, trial -> strict || trial.holdsBack() || isOfTooMany(trial));
    }

    /** Who is refused, and would never be written when one of the range were; in order of arrival. */
    List<Message> overtakenBy(List<Message> range) {
        Set<Trial> overtaken = order.overtakenBy(range);
        range.stream().filter(trials::containsKey).forEach(message -> overtaken.remove(trial(message)));
        return overtaken.isEmpty() ? List.of() : tried(overtaken::contains);
    }

    /** A list in order without the one at the position and what comes behind it in its keys. */
    List<Message> without(List<Message> list, int position) {
        return order.without(list, position);
    }

    /** Finds out for which reasons too many are refused by now, over all lanes; that counts until it is asked again. */
    void countReasons() {
        tooMany.clear();
        trials.values().stream()
                .map(Trial::reason)
                .distinct()
                .filter(window::isTooMany)
                .forEach(tooMany::add);
    }

    /** A reason for which too many are refused; null if there is none. */
    @Nullable
    String reasonOfTooMany() {
        return tooMany.isEmpty() ? null : tooMany.iterator().next();
    }

    /** Whether it is refused for a reason for which too many are. */
    boolean isOfTooMany(Trial trial) {
        return tooMany.contains(trial.reason());
    }

    /** Whether so many of so many that were tried are a larger share than may become dead letters. */
    boolean exceedsShare(int refused, int tried) {
        return window.exceedsShare(refused, tried);
    }

    /** The verdict. Few messages that the data's state refuses may become dead letters with none to compare them with. */
    boolean isDead(Trial trial) {
        if (!trial.isRepeated() && !trial.isOvertaken()) {
            return false;
        }
        return !isOfTooMany(trial) && (trial.hasEvidence() || (trial.isData() && isUnopposed(trial)));
    }

    private boolean isUnopposed(Trial trial) {
        return window.isOff() || window.isIsolated(trial.reason(), PATIENCE);
    }

    /** Whether one is refused with a state that tells nothing, and nothing else has passed since. */
    boolean isSinkSuspected() {
        return trials.values().stream().anyMatch(trial -> !trial.isData() && !trial.hasEvidence());
    }

    /** The oldest one without evidence, when it is old enough to be held for the sink's fault; null if there is none. */
    @Nullable
    Trial heldForSink() {
        Trial oldest = null;
        for (Trial trial : trials.values()) {
            if (!trial.hasEvidence() && (oldest == null || trial.age() > oldest.age())) {
                oldest = trial;
            }
        }
        return oldest == null || oldest.age() < PATIENCE.toNanos() || (oldest.isData() && isUnopposed(oldest))
                ? null
                : oldest;
    }

    /** The first message that is refused for this reason. */
    Optional<Message> first(String reason) {
        return open.stream()
                .filter(message ->
                        trials.containsKey(message) && trial(message).reason().equals(reason))
                .findFirst();
    }
}
