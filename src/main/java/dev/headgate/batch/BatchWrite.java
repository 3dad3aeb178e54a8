package dev.headgate.batch;

import dev.headgate.failure.Failure;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One batch on its way through the {@link BatchWriter}, on the lane's thread. */
final class BatchWrite {

    /** While most messages are rejected, so many passes only probe the first ones between two that look at all. */
    private static final int PROBES = 10;

    private final BatchWriter writer;
    private final List<Message> messages;
    private final Batch.Closed closed;
    private final Lane lane;
    /** In the order in which they were found; not yet marked, for they may yet turn out to be a fault of the sink. */
    private final Map<Message, Rejection> rejected = new LinkedHashMap<>();

    /** Of those that were found, where keys are held. */
    private final Set<Key> refusedKeys = new HashSet<>();

    private int failedAttempts;

    private record Key(String pipeline, @Nullable String key) {
        Key(Message message) {
            this(message.pipeline(), message.sourceKey());
        }
    }

    BatchWrite(BatchWriter writer, List<Message> messages, Batch.Closed closed, Lane lane) {
        this.writer = writer;
        this.messages = messages;
        this.closed = closed;
        this.lane = lane;
    }

    void run() {
        List<Message> open = messages;
        boolean wasHeld = false;
        for (int pass = 0; !open.isEmpty() && !lane.isStopped(); pass++) {
            RejectionTally tally = pass(open, wasHeld && pass % PROBES != 0);
            open = open.stream().filter(message -> !message.isDone()).toList();
            if (tally != null) {
                wasHeld = true;
                writer.backOffRejected(open, lane, tally.why(), pass + 1);
            } else if (wasHeld) {
                // The fault may have ended in the middle of the pass: what it refused before that is tried once more.
                wasHeld = false;
            } else {
                storeRejected(open);
                open = open.stream().filter(message -> !message.isDone()).toList();
            }
        }
        open.forEach(message -> message.fail(new BatchStoppedException()));
        writer.release(lane);
    }

    /**
     * Writes all that can be written.
     *
     * @param probing gives up when the first messages are all rejected for one reason
     * @return null when the rest is to be stored as dead letters, else what says that too many are rejected
     */
    private @Nullable RejectionTally pass(List<Message> open, boolean probing) {
        RejectionTally tally = new RejectionTally(messages.size(), writer.maxRejected());
        for (Message message : open) {
            if (message.rejection() != null && !message.isHeld()) {
                tally.add(message.rejection());
            }
        }
        rejected.clear();
        refusedKeys.clear();
        boolean anyWritten = false;
        Isolation isolation = new Isolation(open.size());
        while (!tally.isTooMany() && !isolation.isDone() && !lane.isStopped()) {
            List<Message> range = free(open.subList(isolation.from(), isolation.end(writer.mostMessages())));
            Failure failure = range.isEmpty() ? null : write(range, true);
            if (failure == null) {
                anyWritten = true;
                isolation.written();
            } else if (failure instanceof Failure.Rejected && isolation.refused()) {
                Rejection rejection = Rejection.of(writer.name(), failure, 1);
                rejected.put(range.get(0), rejection);
                tally.add(rejection);
                if (writer.policy().holdsKeys() && range.get(0).sourceKey() != null) {
                    refusedKeys.add(new Key(range.get(0)));
                }
                if (probing && !anyWritten && tally.isMany()) {
                    return tally;
                }
            }
        }
        return tally.isTooMany() ? tally : null;
    }

    /** Where keys are held: without those behind a rejected one of their key. They are written with it, and held. */
    private List<Message> free(List<Message> range) {
        return refusedKeys.isEmpty()
                ? range
                : range.stream()
                        .filter(message -> !refusedKeys.contains(new Key(message)))
                        .toList();
    }

    /** Marks what was found and writes it, with what is held behind it, as dead letters in order. */
    private void storeRejected(List<Message> open) {
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
