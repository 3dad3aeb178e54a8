package dev.headgate.batch;

import dev.headgate.failure.Failure;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way through the {@link RouteWriter}, on the lane's thread, until each of its messages is applied or a
 * dead letter.
 *
 * <p>An experiment, in rounds. First what was not tried yet is written, in pieces that shrink around what is refused; the
 * later messages of a key wait as soon as one of it is. Then what is refused is tried again, alone; then those that waited
 * behind what by now is most likely bad. A message becomes a dead letter when it was refused again and again while others
 * passed ({@link Trial}), unless too many are refused for its reason ({@link RefusalWindow}). What is left is held, and with
 * the next round the messages that have arrived meanwhile join: they are the neighbours that tell whose fault it is. When
 * nothing passes, it is the sink's, and nothing becomes a dead letter.
 *
 * <p>Who is refused, and overtaken by a written message of its key, stays refused, whatever comes, so that order is kept.
 */
final class RejectionSearch {

    /** What Postgres says, among others, of a text that is not JSON. */
    private static final String INVALID_TEXT = "SQLSTATE 22P02";

    private record KeyAndReason(PipelineKey key, String reason) {}

    /** So many are looked for by what the database says of them, one after the other, before it is not believed. */
    private static final int MOST_NAMED = 20;

    /** How long a message that the data's state refuses waits for others to be compared with. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final RouteWriter writer;
    private final RefusalWindow window;
    private final Batch.Closed closed;
    private final Lane lane;
    /** In order of arrival. */
    private final List<Message> open;
    /** Of those in {@link #open} that are refused. */
    private final Map<Message, Trial> trials = new HashMap<>();

    private final Map<PipelineKey, List<Trial>> byKey = new HashMap<>();
    private final Map<PipelineKey, List<Trial>> bySourceKey = new HashMap<>();
    /** How many messages had passed by then. */
    private final Map<KeyAndReason, Long> firstOfKey = new HashMap<>();

    private final Set<String> tooMany = new HashSet<>();
    /** What the database said of rows that it cannot read: whatever is written beside them, it says so again. */
    private final Map<Message, Throwable> unreadable = new HashMap<>();

    private @Nullable Throwable lastRefusal;
    private int failedAttempts;
    private int nextProbe;
    private boolean held;
    /** The attempts that succeeded of those that are made together; null while each is made by itself. */
    private @Nullable List<Batch> parts;
    /** What makes these. */
    private RouteWriter.@Nullable Route route;

    private @Nullable Throwable outage;
    private boolean eachByItself;

    RejectionSearch(RouteWriter writer, List<Message> messages, Batch.Closed closed, Lane lane) {
        this.writer = writer;
        this.window = writer.window();
        this.open = new ArrayList<>(messages);
        this.closed = closed;
        this.lane = lane;
    }

    void run() {
        int fruitless = 0;
        while (!open.isEmpty() && !lane.isStopped()) {
            round(fruitless == 0);
            if (open.removeIf(Message::isDone)) {
                fruitless = 0;
            } else {
                fruitless++;
            }
            if (!open.isEmpty()) {
                tell(fruitless);
                boolean allTried = untried().stream().allMatch(this::waits);
                if (fruitless > 0) {
                    writer.rest(lane, fruitless, allTried);
                }
                if (allTried) {
                    open.addAll(writer.takeMore(lane));
                }
            }
        }
        if (open.isEmpty()) {
            writer.release(lane);
        } else {
            open.forEach(message -> message.fail(new BatchStoppedException()));
            writer.abandon(lane);
        }
    }

    private void round(boolean thorough) {
        List<Message> untried = untried();
        Set<Message> before = Set.copyOf(trials.keySet());
        if (trials.isEmpty() && writer.takesAttemptsTogether() && !eachByItself) {
            together(untried.subList(0, Math.min(untried.size(), writer.mostMessages())));
        } else {
            pass(untried, new Isolation(untried.size(), thorough ? untried.size() : 1), true, thorough);
        }
        if (trials.isEmpty()) {
            return;
        }
        look();
        retry(before);
        look();
        List<Message> waiting = untried();
        pass(waiting, new Isolation(waiting.size(), waiting.size()), false, true);
        look();
        store(list(message -> trials.containsKey(message) && isDead(trial(message))));
    }

    /**
     * The first pass where a savepoint takes back a refused part: in one transaction, in chunks as large as refusals have
     * been rare. What commits there, and only there, may still refuse it as a whole: then each part is tried by itself.
     */
    private void together(List<Message> list) {
        ChunkSize size = writer.chunkSize();
        if (size.isWhole()) {
            Failure failure = write(list, true);
            if (failure == null) {
                size.tried(list.size(), 0);
            }
            if (failure == null || failure instanceof Failure.Outage) {
                return;
            }
            if (list.size() == 1) {
                refuse(list.get(0), failure, passed());
                return;
            }
            size.tried(list.size(), 1);
        }
        List<Batch> succeeded = new ArrayList<>();
        parts = succeeded;
        outage = null;
        Throwable failed = writer.together(
                new Batch(writer.name(), list, closed, writer.policy()),
                lane,
                part -> {
                    route = part;
                    pass(list, new Isolation(list.size(), list.size()), true, true);
                    return lane.isStopped() ? new BatchStoppedException() : outage;
                },
                succeeded);
        parts = null;
        outage = null;
        if (failed == null) {
            failedAttempts = 0;
            return;
        }
        trials.values().stream().filter(trial -> !trial.isCertain()).forEach(trial -> window.recovered(trial.reason()));
        trials.clear();
        byKey.clear();
        bySourceKey.clear();
        firstOfKey.clear();
        if (Failure.of(failed) instanceof Failure.Outage || lane.isStopped()) {
            writer.backOff(new Batch(writer.name(), list, closed, writer.policy()), lane, failed, ++failedAttempts);
        } else {
            eachByItself = true;
        }
    }

    private List<Message> list(Predicate<Message> which) {
        return open.stream()
                .filter(message -> !message.isDone() && which.test(message))
                .toList();
    }

    private Trial trial(Message message) {
        return Objects.requireNonNull(trials.get(message));
    }

    private List<Message> untried() {
        return list(message -> !trials.containsKey(message));
    }

    /** For which reasons too many are refused by now. */
    private void look() {
        tooMany.clear();
        trials.values().stream()
                .map(Trial::reason)
                .distinct()
                .filter(window::isTooMany)
                .forEach(tooMany::add);
    }

    /**
     * Tries again alone what is refused, where others have passed since; of the rest a few in turn, for the fault may be over,
     * and all when one of these passes.
     */
    private void retry(Set<Message> before) {
        long passed = window.passed();
        List<Message> due = list(
                message -> trials.containsKey(message) && !trial(message).isOvertaken() && !isDead(trial(message)));
        Set<Message> chosen = new HashSet<>();
        List<Message> others = new ArrayList<>();
        for (Message message : due) {
            Trial trial = trial(message);
            boolean compared = trial.isNews(passed) || (window.isOff() && trial.isData());
            if (compared && !tooMany.contains(trial.reason())) {
                chosen.add(message);
            } else if (before.contains(message) || trial.isData()) {
                others.add(message);
            }
        }
        for (int i = 0; i < Math.min(others.size(), RefusalWindow.ALWAYS_ISOLATED); i++) {
            chosen.add(others.get(Math.floorMod(nextProbe++, others.size())));
        }
        again(due.stream().filter(chosen::contains).toList());
        if (others.stream().anyMatch(message -> message.isDone())) {
            again(due.stream().filter(message -> !message.isDone()).toList());
        }
    }

    private void again(List<Message> refused) {
        pass(refused, new Isolation(refused.size(), 1), false, true);
    }

    /**
     * Writes what can be written of the list.
     *
     * @param strict whether a message waits behind each earlier one of its key that is refused, or only behind those that
     *     may well be good
     * @param thorough whether to look at all; else it is enough to see that a few more are refused
     */
    private void pass(List<Message> list, Isolation isolation, boolean strict, boolean thorough) {
        int refused = 0;
        boolean anyWritten = false;
        boolean believesNames = true;
        while (!isolation.isDone() && !isOver()) {
            List<Message> range = free(list.subList(isolation.from(), isolation.end(mostMessages())), strict);
            Failure failure = range.isEmpty() ? null : attempt(range, strict);
            if (failure == null) {
                anyWritten |= !range.isEmpty();
                range.forEach(this::written);
                isolation.written();
                continue;
            }
            if (failure instanceof Failure.Outage) {
                continue;
            }
            long passed = passed();
            List<Message> left = range.size() > 1 && believesNames ? writeOthers(range, strict) : null;
            believesNames = left != null || range.size() == 1;
            if (left != null) {
                anyWritten = true;
                refused += alone(left, strict, passed);
                isolation.written();
            } else if (isolation.refused()) {
                refused += refuse(range.get(0), failure, passed) ? 1 : 0;
            } else {
                continue;
            }
            boolean few = refused <= RefusalWindow.ALWAYS_ISOLATED;
            boolean enough = !anyWritten && (!thorough || !(failure instanceof Failure.Rejected));
            if (!few && (enough || (!window.isOff() && refused > writer.maxRejected() * list.size()))) {
                return;
            }
        }
    }

    /**
     * Writes each by itself, in order; answers how many are refused that were not before.
     *
     * @param passed how many messages had passed when they were refused among others
     */
    private int alone(List<Message> list, boolean strict, long passed) {
        int refused = 0;
        for (Message message : list) {
            while (!isOver() && !waits(message, strict, Set.of())) {
                Throwable known = unreadable.remove(message);
                lastRefusal = known == null ? lastRefusal : known;
                Failure failure = known == null ? attempt(List.of(message), strict) : Failure.of(known);
                if (failure instanceof Failure.Outage) {
                    continue;
                }
                if (failure == null) {
                    written(message);
                } else {
                    refused += refuse(message, failure, passed) ? 1 : 0;
                }
                break;
            }
        }
        return refused;
    }

    /**
     * Of a range that was refused, writes all but those that the database names, for as long as it names another.
     *
     * @return those that are left, in order: who was named, and the later ones of their keys; null if the others are refused
     *     without them too, and nothing is written
     */
    private @Nullable List<Message> writeOthers(List<Message> range, boolean strict) {
        List<Message> others = range;
        unreadable.clear();
        for (int named = 0; named < MOST_NAMED && !isOver(); named++) {
            Throwable refusal = Objects.requireNonNull(lastRefusal);
            int suspect = Suspect.among(others, refusal);
            if (suspect < 0) {
                return null;
            }
            if (ObjectHelper.getException(RefusedRowException.class, refusal) != null) {
                unreadable.put(others.get(suspect), refusal);
            }
            others = without(others, suspect);
            if (others.isEmpty()) {
                return null;
            }
            Failure failure = attempt(others, strict);
            while (failure instanceof Failure.Outage && !isOver()) {
                failure = attempt(others, strict);
            }
            if (failure == null) {
                others.forEach(this::written);
                Set<Message> written = new HashSet<>(others);
                return range.stream()
                        .filter(message -> !written.contains(message))
                        .toList();
            }
        }
        return null;
    }

    /**
     * One attempt, as {@link #write}. One that would overtake refused messages is probed first: when it would succeed, these
     * are tried again before it, each by itself, for the fault may have ended since.
     */
    private @Nullable Failure attempt(List<Message> range, boolean strict) {
        List<Message> overtaken = strict || !writer.takesAttemptsTogether() ? List.of() : overtaken(range);
        if (!overtaken.isEmpty()) {
            Batch batch = new Batch(writer.name(), range, closed, writer.policy());
            Failure failure = failure(batch, writer.probe(batch, lane), true);
            if (failure != null) {
                return failure;
            }
            for (Message message : overtaken) {
                failure = write(List.of(message), true);
                if (failure instanceof Failure.Outage) {
                    return failure;
                }
                if (failure == null) {
                    written(message);
                } else {
                    refuse(message, failure, passed());
                }
            }
        }
        return write(range, true);
    }

    /** Who is refused, and would never be written when one of the range were. */
    private List<Message> overtaken(List<Message> range) {
        Set<Trial> overtaken = new HashSet<>();
        for (Message message : range) {
            for (Trial trial : byKey.getOrDefault(orderingKey(message), List.of())) {
                if (trial.isBefore(message) && !trial.isCertain() && !trial.isOvertaken()) {
                    overtaken.add(trial);
                }
            }
        }
        if (overtaken.isEmpty()) {
            return List.of();
        }
        range.stream().filter(trials::containsKey).forEach(message -> overtaken.remove(trial(message)));
        return list(message -> trials.containsKey(message) && overtaken.contains(trial(message)));
    }

    /** Without the one at the position and what comes behind it in its key. */
    private List<Message> without(List<Message> list, int position) {
        Message left = list.get(position);
        List<Message> others = new ArrayList<>(list.subList(0, position));
        for (Message message : list.subList(position + 1, list.size())) {
            boolean isOfItsKey =
                    (left.orderingKey() != null && orderingKey(left).equals(orderingKey(message)))
                            || (writer.policy().holdsKeys()
                                    && left.sourceKey() != null
                                    && sourceKey(left).equals(sourceKey(message)));
            if (!isOfItsKey) {
                others.add(message);
            }
        }
        return others;
    }

    /** Whether what is under way cannot be brought to an end. */
    private boolean isOver() {
        return lane.isStopped() || outage != null;
    }

    private int mostMessages() {
        return parts == null
                ? writer.mostMessages()
                : Math.min(writer.mostMessages(), writer.chunkSize().get());
    }

    /** Those that do not wait; a refused one that is tried again with them keeps none of them waiting. */
    private List<Message> free(List<Message> list, boolean strict) {
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

    private boolean waits(Message message) {
        return waits(message, true, Set.of());
    }

    /**
     * Whether an earlier message of its key is refused, not tried again with it, and keeps it from being written, or a later
     * one is written.
     */
    private boolean waits(Message message, boolean strict, Set<Trial> again) {
        if (trials.containsKey(message) && trial(message).isOvertaken()) {
            return true;
        }
        for (Trial trial : bySourceKey.getOrDefault(sourceKey(message), List.of())) {
            if (trial.isBefore(message) && !again.contains(trial)) {
                return true;
            }
        }
        for (Trial trial : byKey.getOrDefault(orderingKey(message), List.of())) {
            boolean settled = trial.isCertain() || trial.isOvertaken();
            boolean likelyBad = !trial.holdsBack() && !tooMany.contains(trial.reason());
            if (trial.isBefore(message) && !settled && (strict || !likelyBad) && !again.contains(trial)) {
                return true;
            }
        }
        return false;
    }

    /** How many messages have passed, with those that are written in the transaction in hand. */
    private long passed() {
        long written = 0;
        for (Batch part : parts == null ? List.<Batch>of() : parts) {
            written += part.freshMessages().size();
        }
        return window.passed() + written;
    }

    /**
     * True if it was not refused before, or for another reason; what can be no fault of the sink is not counted.
     *
     * @param passedBefore how many messages had passed when an attempt with it was refused first
     */
    private boolean refuse(Message message, Failure failure, long passedBefore) {
        boolean certain = ObjectHelper.getException(RejectedException.class, lastRefusal) != null
                || (failure.reason().equals(INVALID_TEXT) && !JsonElement.isJson(message.payload()));
        Trial trial = trials.get(message);
        if (trial != null && trial.reason().equals(failure.reason())) {
            trial.refused(failure, passed());
            return false;
        }
        if (trial != null) {
            forget(message);
            window.recovered(trial.reason());
        }
        // What passed since the first one of its key was refused for the same reason is evidence for the later ones
        // too.
        long passed = firstOfKey.computeIfAbsent(
                new KeyAndReason(orderingKey(message), failure.reason()), key -> passedBefore);
        writer.chunkSize().tried(1, 1);
        trial = new Trial(message, failure, certain, passed);
        trial.refused(failure, passed());
        trial.compared(passed() - window.passed());
        trials.put(message, trial);
        if (message.orderingKey() != null) {
            byKey.computeIfAbsent(orderingKey(message), key -> new ArrayList<>())
                    .add(trial);
        }
        if (writer.policy().holdsKeys() && message.sourceKey() != null) {
            bySourceKey
                    .computeIfAbsent(sourceKey(message), key -> new ArrayList<>())
                    .add(trial);
        }
        if (!certain) {
            window.refused(message, failure.reason());
        }
        return !certain;
    }

    /** To write what was refused before it in its key would break its order. */
    private void written(Message message) {
        if (trials.isEmpty()) {
            return;
        }
        Trial passed = trials.get(message);
        if (passed != null) {
            forget(message);
            window.recovered(passed.reason());
        }
        for (Trial refused : byKey.getOrDefault(orderingKey(message), List.of())) {
            if (refused.isBefore(message)) {
                refused.overtaken();
            }
        }
    }

    private void forget(Message message) {
        Trial trial = trials.remove(message);
        byKey.getOrDefault(orderingKey(message), new ArrayList<>()).remove(trial);
        bySourceKey.getOrDefault(sourceKey(message), new ArrayList<>()).remove(trial);
    }

    private static PipelineKey orderingKey(Message message) {
        return new PipelineKey(message.pipeline(), message.orderingKey());
    }

    private static PipelineKey sourceKey(Message message) {
        return new PipelineKey(message.pipeline(), message.sourceKey());
    }

    /** The verdict. Few messages that the data's state refuses may become dead letters with none to compare them with. */
    private boolean isDead(Trial trial) {
        if (!trial.isRepeated() && !trial.isOvertaken()) {
            return false;
        }
        return !tooMany.contains(trial.reason()) && (trial.hasEvidence() || (trial.isData() && isUnopposed(trial)));
    }

    private boolean isUnopposed(Trial trial) {
        return window.isOff() || window.isIsolated(trial.reason(), PATIENCE);
    }

    /** Writes them as dead letters, in order. */
    private void store(List<Message> dead) {
        dead.forEach(message -> message.reject(trial(message).rejection(writer.name())));
        for (int from = 0; from < dead.size(); ) {
            List<Message> range = dead.subList(from, Math.min(dead.size(), from + writer.mostMessages()));
            if (lane.isStopped()) {
                return;
            }
            if (write(range, false) == null) {
                range.forEach(this::forget);
                from += range.size();
            }
        }
    }

    /** Says in the log and in health what is held, and why. */
    private void tell(int fruitless) {
        String why = why();
        if (why != null) {
            held = true;
            writer.holdRefused(open, lane, why);
        } else if (trials.isEmpty() && held) {
            held = false;
            writer.release(lane);
        }
        boolean nothingPasses = trials.values().stream().anyMatch(trial -> !trial.isData() && !trial.hasEvidence());
        if (fruitless > 0 && lastRefusal != null && (why != null || nothingPasses)) {
            writer.fruitless(open, closed, lastRefusal, fruitless);
        }
    }

    private @Nullable String why() {
        if (!tooMany.isEmpty()) {
            String reason = tooMany.iterator().next();
            return window.why(reason) + ": " + cause(reason, "") + example(reason);
        }
        Trial oldest = null;
        for (Trial trial : trials.values()) {
            if (!trial.hasEvidence() && (oldest == null || trial.age() > oldest.age())) {
                oldest = trial;
            }
        }
        return oldest == null || oldest.age() < PATIENCE.toNanos() || (oldest.isData() && isUnopposed(oldest))
                ? null
                : "%d refused, and nothing else has passed since, so that it is the sink's fault until another message passes: %s"
                                .formatted(
                                        trials.size(), cause(oldest.reason(), oldest.reason() + ": " + oldest.error()))
                        + example(oldest.reason());
    }

    /** The first message that is refused for this reason. */
    private String example(String reason) {
        return open.stream()
                .filter(message ->
                        trials.containsKey(message) && trial(message).reason().equals(reason))
                .findFirst()
                .map(message -> "; the first is " + message.place())
                .orElse("");
    }

    /** What the database said last, if that was for this reason. */
    private String cause(String reason, String other) {
        boolean isLast = lastRefusal != null && Failure.of(lastRefusal).reason().equals(reason);
        return isLast ? writer.say(Objects.requireNonNull(lastRefusal)) : firstLine(other);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }

    /**
     * One attempt; null if it succeeded, the failure if it can be isolated, and an outage after waiting for the next attempt.
     *
     * @param isolating whether a refused message can be found in it
     */
    private @Nullable Failure write(List<Message> all, boolean isolating) {
        List<Message> range = RouteWriter.owned(all);
        if (range.isEmpty()) {
            return null;
        }
        Batch batch = new Batch(writer.name(), range, closed, writer.policy());
        Throwable thrown = parts == null
                ? writer.attempt(batch, lane)
                : Objects.requireNonNull(route).send(batch);
        if (thrown == null) {
            if (parts == null) {
                failedAttempts = 0;
            } else {
                parts.add(batch);
                writer.chunkSize().tried(range.size(), 0);
            }
        }
        return failure(batch, thrown, isolating);
    }

    private @Nullable Failure failure(Batch batch, @Nullable Throwable thrown, boolean isolating) {
        if (thrown == null) {
            return null;
        }
        Failure failure = Failure.of(thrown);
        boolean marked = batch.messages().stream().allMatch(message -> message.rejection() != null);
        if (isolating && !marked && !lane.isStopped() && !(failure instanceof Failure.Outage)) {
            lastRefusal = thrown;
            return failure;
        }
        if (parts != null) {
            outage = thrown;
            return new Failure.Outage(failure.reason(), failure.error());
        }
        writer.backOff(batch, lane, thrown, ++failedAttempts);
        return new Failure.Outage(failure.reason(), failure.error());
    }
}
