package dev.headgate.batch;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.Listeners;
import dev.headgate.message.Message;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the messages of each batch through its route: all of them, however many attempts that takes.
 *
 * <p>An outage is retried with the same messages, without limit, after an exponential backoff with full jitter, in pieces
 * as large as the {@link WriteLimit} allows at the time. Rejected messages are found by {@link Isolation}; each attempt is
 * a transaction of its own, and the completions of what it wrote run as soon as it has succeeded. The rejected ones are
 * marked and written last, as dead letters, unless most of the batch is rejected for one reason: then nothing of them is
 * written, and the rest is tried again like an outage.
 *
 * <p>Shared by the lanes; all but its collaborators is on the lane's stack.
 */
final class RouteWriter {

    /** Sends one attempt through the route. */
    interface Route {
        /** Returns null when all its effects are durable, else what failed; nothing of the attempt has taken effect then. */
        @Nullable
        Throwable send(Batch batch);
    }

    /**
     * What the endpoint says.
     *
     * @param maxRejected see {@link RejectionTally}; read again at each attempt
     */
    record Options(Backoff backoff, DoubleSupplier maxRejected, BatchPolicy policy) {}

    private static final Logger LOG = LoggerFactory.getLogger(RouteWriter.class);

    private static final Duration LONG = Duration.ofSeconds(1);

    private final String name;
    private final Route route;
    private final Options options;
    private final WriteLimit limit;
    private final Hold hold;
    private final Listeners<BatchListener> listeners;
    private final Diagnosis diagnosis;
    private final ConflictLog conflicts = new ConflictLog(LOG, InstantSource.system());

    RouteWriter(
            String name,
            Route route,
            Options options,
            WriteLimit limit,
            Hold hold,
            Listeners<BatchListener> listeners,
            Diagnosis diagnosis) {
        this.name = name;
        this.route = route;
        this.options = options;
        this.limit = limit;
        this.hold = hold;
        this.listeners = listeners;
        this.diagnosis = diagnosis;
    }

    /** Returns when every message is either written and completed, or failed because the lane stopped. */
    void write(List<Message> messages, Batch.Closed closed, Lane lane) {
        Batch batch = new Batch(name, messages, closed, options.policy);
        listeners.tell(listener -> listener.closed(batch));
        new RejectionSearch(this, messages, closed, lane).run();
    }

    String name() {
        return name;
    }

    /** The most messages in one attempt, as it is now. */
    int mostMessages() {
        return limit.size();
    }

    double maxRejected() {
        return options.maxRejected.getAsDouble();
    }

    BatchPolicy policy() {
        return options.policy;
    }

    /** One attempt; null if it succeeded and the completions have run. */
    @Nullable
    Throwable attempt(Batch batch, Lane lane) {
        if (!limit.enter(lane)) {
            return new BatchStoppedException();
        }
        long start = System.nanoTime();
        @Nullable Throwable failure;
        try {
            failure = route.send(batch);
        } finally {
            limit.leave();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        lane.attempted(took);
        if (failure == null) {
            limit.written(took);
            LOG.debug("batch:{} wrote {} messages in {} ms", name, batch.getSize(), took.toMillis());
            listeners.tell(listener -> listener.written(batch, took));
            conflicts.written(batch);
            batch.messages().forEach(Message::complete);
        }
        return failure;
    }

    /** Waits until the next attempt is due. */
    void backOff(Batch batch, Lane lane, Throwable cause, int attempts) {
        limit.failed();
        Duration delay = options.backoff.after(attempts);
        listeners.tell(listener -> listener.retrying(batch, cause, attempts, delay));
        // A deadlock or a lost connection is mostly over at the second attempt; what has waited for long is not.
        if (attempts > 1 || lane.lastAttempt().compareTo(LONG) > 0) {
            hold(batch.messages(), lane, diagnosis.of(cause));
        }
        lane.pause(delay);
    }

    /** As {@link #backOff}, for a batch of which too many messages are rejected. */
    void backOffRejected(List<Message> messages, Lane lane, String why, int attempts) {
        limit.failed();
        hold(messages, lane, why);
        lane.pause(options.backoff.after(attempts));
    }

    /** The batch in hand is written, all of it, or given up. */
    void release(Lane lane) {
        hold.release(lane);
    }

    private void hold(List<Message> messages, Lane lane, String why) {
        Set<String> pipelines = messages.stream().map(Message::pipeline).collect(Collectors.toSet());
        hold.hold(lane, pipelines, why);
    }
}
