package dev.headgate.batch;

import dev.headgate.failure.Failure;
import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import dev.headgate.message.Rejection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way through the {@link RouteWriter}, on the lane's thread.
 *
 * <p>A round over what is open has two passes. In the first one the later messages of a key wait as soon as one of it is
 * refused. If too many are refused by then, the batch is held: as the fault may end at any time, nothing has overtaken
 * them. Else the refused ones are tried once more, then those that waited; who is refused now and has been overtaken by a
 * written message of its key stays refused, whatever comes, so that order is kept.
 */
final class RejectionSearch {

    /** While the batch is held, so many rounds give up when nothing is accepted in the first pass, then one goes on. */
    private static final int PROBES = 10;

    private final RouteWriter writer;
    private final List<Message> messages;
    private final Batch.Closed closed;
    private final Lane lane;
    /** By this round, in the order in which they were found. */
    private final Map<Message, Rejection> rejected = new LinkedHashMap<>();

    /** Of those in {@link #rejected}. */
    private final Map<PipelineKey, List<Message>> rejectedByKey = new HashMap<>();

    /** By this round or an earlier one: not to be tried again, for a later message of their key is written. */
    private final Map<Message, Rejection> overtaken = new LinkedHashMap<>();

    private int failedAttempts;
    private boolean anyWritten;

    RejectionSearch(RouteWriter writer, List<Message> messages, Batch.Closed closed, Lane lane) {
        this.writer = writer;
        this.messages = messages;
        this.closed = closed;
        this.lane = lane;
    }

    void run() {
        List<Message> open = messages;
        String fault = "";
        for (int round = 1; !open.isEmpty() && !lane.isStopped(); round++) {
            boolean probing = !fault.isEmpty() && writer.maxRejected() < 1 && round % PROBES != 0;
            RejectionTally tally = round(open, probing);
            open = open(open);
            if (tally != null) {
                fault = probing ? fault : tally.why();
                writer.backOffRejected(open, lane, fault, round);
            } else {
                storeRejected(open);
                open = open(open);
            }
        }
        open.forEach(message -> message.fail(new BatchStoppedException()));
        writer.release(lane);
    }

    private static List<Message> open(List<Message> list) {
        return list.stream().filter(message -> !message.isDone()).toList();
    }

    /**
     * Writes all that can be written.
     *
     * @param probing gives up when nothing is accepted
     * @return null when the rest is to be stored as dead letters, else what says that too many are rejected
     */
    private @Nullable RejectionTally round(List<Message> open, boolean probing) {
        RejectionTally first = tally();
        forget();
        List<Message> tried = without(overtaken, open);
        pass(tried, new Isolation(tried.size(), tried.size()), first, true, probing);
        if (rejected.isEmpty() || lane.isStopped()) {
            return first.isTooMany() ? first : null;
        }
        List<Message> refused = List.copyOf(rejected.keySet());
        List<Message> waiting = without(rejected, open(tried));
        first.leaveOut(waiting.size());
        if (first.isTooMany() || (probing && !anyWritten)) {
            return first;
        }
        RejectionTally second = tally();
        forget();
        pass(refused, new Isolation(refused.size(), 1), second, false, false);
        pass(waiting, new Isolation(waiting.size(), waiting.size()), second, false, false);
        return second.isTooMany() ? second : null;
    }

    private static List<Message> without(Map<Message, Rejection> excluded, List<Message> list) {
        return excluded.isEmpty()
                ? list
                : list.stream()
                        .filter(message -> !excluded.containsKey(message))
                        .toList();
    }

    /** What was refused before this round and is not stored. */
    private RejectionTally tally() {
        RejectionTally tally = new RejectionTally(messages.size(), writer.maxRejected());
        overtaken.values().forEach(tally::add);
        for (Message message : messages) {
            if (message.rejection() != null && !message.isHeld() && !message.isDone()) {
                tally.add(message.rejection());
            }
        }
        return tally;
    }

    private void forget() {
        rejected.clear();
        rejectedByKey.clear();
        overtaken.keySet().forEach(this::holdKey);
        anyWritten = false;
    }

    private void pass(
            List<Message> list, Isolation isolation, RejectionTally tally, boolean keysWait, boolean probing) {
        while (!tally.isTooMany() && !isolation.isDone() && !lane.isStopped()) {
            List<Message> range = list.subList(isolation.from(), isolation.end(writer.mostMessages())).stream()
                    .filter(message -> !waits(message, keysWait))
                    .toList();
            Failure failure = range.isEmpty() ? null : write(range, true);
            if (failure == null) {
                anyWritten |= !range.isEmpty();
                overtake(range);
                isolation.written();
            } else if (failure instanceof Failure.Rejected && isolation.refused()) {
                Rejection why = Rejection.of(writer.name(), failure, 1);
                refuse(range.get(0), why);
                tally.add(why);
                if (probing && !anyWritten && tally.isMany()) {
                    return;
                }
            }
        }
    }

    /** Whether an earlier message of its key is refused, and keeps it from being written in this pass. */
    private boolean waits(Message message, boolean keysWait) {
        if (rejectedByKey.isEmpty()) {
            return false;
        }
        boolean held = writer.policy().holdsKeys()
                && message.sourceKey() != null
                && rejectedByKey.containsKey(sourceKey(message));
        return held || (keysWait && rejectedByKey.containsKey(orderingKey(message)));
    }

    private void refuse(Message message, Rejection why) {
        rejected.put(message, why);
        if (message.orderingKey() != null) {
            rejectedByKey
                    .computeIfAbsent(orderingKey(message), key -> new ArrayList<>())
                    .add(message);
        }
        holdKey(message);
    }

    private void holdKey(Message message) {
        if (writer.policy().holdsKeys() && message.sourceKey() != null) {
            rejectedByKey.computeIfAbsent(sourceKey(message), key -> new ArrayList<>());
        }
    }

    /** To write what was refused behind one of these would break the order of its key. */
    private void overtake(List<Message> written) {
        if (rejected.isEmpty()) {
            return;
        }
        for (Message message : written) {
            for (Message refused : rejectedByKey.getOrDefault(orderingKey(message), List.of())) {
                overtaken.put(refused, Objects.requireNonNull(rejected.get(refused)));
            }
        }
    }

    private static PipelineKey orderingKey(Message message) {
        return new PipelineKey(message.pipeline(), message.orderingKey());
    }

    private static PipelineKey sourceKey(Message message) {
        return new PipelineKey(message.pipeline(), message.sourceKey());
    }

    /** Marks what was found and writes it, with what is held behind it, as dead letters in order. */
    private void storeRejected(List<Message> open) {
        overtaken.forEach(Message::reject);
        rejected.forEach(Message::reject);
        while (!open.isEmpty() && !lane.isStopped() && write(open, false) != null) {
            // dead letters are never refused: it waited for the end of an outage
        }
    }

    /**
     * One attempt; null if it succeeded, the rejection if it is one, and an outage after waiting for the next attempt.
     *
     * @param isolating whether a rejection can be found in it
     */
    private @Nullable Failure write(List<Message> range, boolean isolating) {
        Batch batch = new Batch(writer.name(), range, closed, writer.policy());
        Throwable thrown = writer.attempt(batch, lane);
        if (thrown == null) {
            failedAttempts = 0;
            return null;
        }
        Failure failure = Failure.of(thrown);
        boolean marked = range.stream().allMatch(message -> message.rejection() != null);
        if (isolating && failure instanceof Failure.Rejected && !marked) {
            return failure;
        }
        writer.backOff(batch, lane, thrown, ++failedAttempts);
        return new Failure.Outage(failure.reason(), failure.error());
    }
}
