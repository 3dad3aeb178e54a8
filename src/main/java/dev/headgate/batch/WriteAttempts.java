package dev.headgate.batch;

import dev.headgate.batch.WriteResult.Failed;
import dev.headgate.batch.WriteResult.Refused;
import dev.headgate.batch.WriteResult.Written;
import dev.headgate.failure.Failure;
import dev.headgate.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attempts to write messages of one batch, and what became of each: in a transaction of its own, or in one of several
 * attempts, of which each takes back its own effects only.
 *
 * <p>What an attempt by itself has written is committed, and its completions have run, when it is answered. What attempts
 * write {@linkplain #together together} commits at their end, all of it or nothing. After an outage an attempt by itself
 * is answered when the next one is due; one of several ends them all. Used by the lane's thread only.
 */
final class WriteAttempts {

    /** The transaction of several attempts, with those that have succeeded. */
    private record Transaction(RouteWriter.Route route, List<Batch> written) {}

    private final RouteWriter writer;
    private final Batch.Closed closed;
    private final Lane lane;
    /** Null while each attempt has its own. */
    private @Nullable Transaction transaction;
    /** What takes back all of the transaction. */
    private @Nullable Throwable outage;

    private boolean eachByItself;
    /** In a row. */
    private int failedAttempts;

    private @Nullable Refused lastRefusal;

    WriteAttempts(RouteWriter writer, Batch.Closed closed, Lane lane) {
        this.writer = writer;
        this.closed = closed;
        this.lane = lane;
    }

    /** Whether the next attempts are to be made {@link #together}. */
    boolean areTogether() {
        return writer.takesAttemptsTogether() && !eachByItself;
    }

    /** Whether {@link #probe} can be asked. */
    boolean canProbe() {
        return writer.takesAttemptsTogether();
    }

    /** The most messages for one attempt, as it is now. */
    int mostMessages() {
        return transaction == null
                ? writer.mostMessages()
                : Math.min(writer.mostMessages(), writer.chunkSize().get());
    }

    /** Whether what is under way cannot be brought to an end. */
    boolean areOver() {
        return lane.isStopped() || outage != null;
    }

    /** How many messages have passed, over all lanes, with those that are written but not committed yet. */
    long passed() {
        return writer.window().passed() + uncommitted();
    }

    /** How many messages are written in the transaction in hand. */
    long uncommitted() {
        return transaction == null
                ? 0
                : transaction.written().stream()
                        .mapToLong(batch -> batch.freshMessages().size())
                        .sum();
    }

    /** What was refused last, by whatever attempt; null if nothing was. */
    @Nullable
    Refused lastRefusal() {
        return lastRefusal;
    }

    /** One attempt. Messages that are another process's by now are left out, and failed. */
    WriteResult write(List<Message> messages) {
        return write(messages, true);
    }

    /** One attempt with what is rejected; false if it has to be made again, whatever refused it. */
    boolean store(List<Message> deadLetters) {
        return write(deadLetters, false) instanceof Written;
    }

    /** As {@link #write}, but nothing of the attempt takes effect; {@link Written} if it would have. */
    WriteResult probe(List<Message> messages) {
        Batch batch = batch(messages);
        return result(batch, writer.probe(batch, lane), true);
    }

    /** As an attempt that is known to be refused as before; it is not made. */
    Refused refusedAgain(Refused known) {
        lastRefusal = known;
        return known;
    }

    /**
     * Makes several attempts, which commit together.
     *
     * @param all what they are made of
     * @param attempts calls {@link #write} for each
     * @return null if what they have written is committed; else what {@linkplain #takenBack took back} all of it
     */
    @Nullable
    Throwable together(List<Message> all, Runnable attempts) {
        List<Batch> written = new ArrayList<>();
        Throwable failed = writer.together(
                batch(all),
                lane,
                route -> {
                    transaction = new Transaction(route, written);
                    attempts.run();
                    return lane.isStopped() ? new BatchStoppedException() : outage;
                },
                written);
        transaction = null;
        outage = null;
        if (failed == null) {
            failedAttempts = 0;
        }
        return failed;
    }

    /**
     * After an outage, waits until the next attempt is due. Else it is the commit that refused them as a whole: from now on
     * each attempt is made by itself.
     */
    void takenBack(List<Message> all, Throwable failed) {
        if (Failure.of(failed) instanceof Failure.Outage || lane.isStopped()) {
            writer.backOff(batch(all), lane, failed, ++failedAttempts);
        } else {
            eachByItself = true;
        }
    }

    /** @param isolating whether a refused message can be found in it */
    private WriteResult write(List<Message> messages, boolean isolating) {
        List<Message> owned = RouteWriter.owned(messages);
        if (owned.isEmpty()) {
            return new Written();
        }
        Batch batch = batch(owned);
        Transaction inHand = transaction;
        return result(batch, inHand == null ? writeByItself(batch) : writeIn(inHand, batch), isolating);
    }

    private @Nullable Throwable writeByItself(Batch batch) {
        Throwable thrown = writer.attempt(batch, lane);
        if (thrown == null) {
            failedAttempts = 0;
        }
        return thrown;
    }

    private @Nullable Throwable writeIn(Transaction inHand, Batch batch) {
        Throwable thrown = inHand.route().send(batch);
        if (thrown == null) {
            inHand.written().add(batch);
            writer.chunkSize().tried(batch.getSize(), 0);
        }
        return thrown;
    }

    private WriteResult result(Batch batch, @Nullable Throwable thrown, boolean isolating) {
        if (thrown == null) {
            return new Written();
        }
        Failure failure = Failure.of(thrown);
        boolean marked = batch.messages().stream().allMatch(message -> message.rejection() != null);
        if (isolating && !marked && !lane.isStopped() && !(failure instanceof Failure.Outage)) {
            Refused refused = new Refused(failure, thrown);
            lastRefusal = refused;
            return refused;
        }
        if (transaction == null) {
            writer.backOff(batch, lane, thrown, ++failedAttempts);
        } else {
            outage = thrown;
        }
        return new Failed();
    }

    private Batch batch(List<Message> messages) {
        return new Batch(writer.name(), messages, closed, writer.policy());
    }
}
