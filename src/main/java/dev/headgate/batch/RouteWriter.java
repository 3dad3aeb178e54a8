package dev.headgate.batch;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.Listeners;
import dev.headgate.message.Message;
import dev.headgate.position.LanePlace;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the messages of each batch through its route: all of them, however many attempts that takes.
 *
 * <p>An outage is retried with the same messages, without limit, after an exponential backoff with full jitter, in pieces
 * as large as the {@link WriteLimit} allows at the time. What is refused is found, and judged, by a {@link RejectionSearch};
 * each attempt is a transaction of its own, and the completions of what it wrote run as soon as it has succeeded.
 *
 * <p>Shared by the lanes; all but its collaborators is on the lane's stack.
 */
final class RouteWriter {

    /** Sends one attempt through the route. */
    interface Route {
        /** Returns null when all its effects are durable, else what failed; nothing of the attempt has taken effect then. */
        @Nullable
        Throwable send(Batch batch);

        /** Whether {@link #together} and {@link #probe} can be asked. */
        default boolean takesAttemptsTogether() {
            return false;
        }

        /**
         * Runs attempts whose effects become durable together, at the end; one that fails takes back its own.
         *
         * @param all what the attempts are made of: a message is in one that succeeds at most once
         * @param attempts answers null, or what must take back all of them; makes each as {@link #send} does
         * @return null when all effects of those that did not fail are durable, else what failed: then none has taken effect
         */
        default @Nullable Throwable together(Batch all, Function<Route, @Nullable Throwable> attempts) {
            throw new UnsupportedOperationException();
        }

        /** As {@link #send}, but whatever becomes of it, nothing of the attempt takes effect; null if it would have. */
        default @Nullable Throwable probe(Batch batch) {
            throw new UnsupportedOperationException();
        }
    }

    /**
     * What the endpoint says.
     *
     * @param maxRejected see {@link RefusalWindow}; read again at each attempt
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
    private final RefusalWindow window;
    private final ChunkSize chunkSize = new ChunkSize();

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
        this.window = new RefusalWindow(options.maxRejected);
    }

    /** Returns when every message is either written and completed, or failed because the lane stopped. */
    void write(List<Message> messages, Batch.Closed closed, Lane lane) {
        closed(messages, closed);
        new RejectionSearch(this, messages, closed, lane).run();
    }

    /** What waits in the lane and may be tried beside what it has; may be nothing. */
    List<Message> takeMore(Lane lane) {
        List<Message> taken = lane.takeMore();
        if (!taken.isEmpty()) {
            closed(taken, Batch.Closed.FLUSH);
        }
        return taken;
    }

    /** Says that the messages are a batch from now on. */
    void closed(List<Message> messages, Batch.Closed closed) {
        Batch batch = new Batch(name, messages, closed, options.policy);
        listeners.tell(listener -> listener.closed(batch));
    }

    String name() {
        return name;
    }

    /** The most messages in one attempt, as it is now. */
    int mostMessages() {
        return limit.size();
    }

    RefusalWindow window() {
        return window;
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
            written(batch, took);
        }
        return failure;
    }

    private void written(Batch batch, Duration took) {
        LOG.debug("batch:{} wrote {} messages in {} ms", name, batch.getSize(), took.toMillis());
        listeners.tell(listener -> listener.written(batch, took));
        conflicts.written(batch);
        if (!batch.isSentAgain()) {
            window.passed(batch.freshMessages(), batch.freshMessages().size());
        }
        batch.messages().forEach(Message::complete);
    }

    /** Those that are this process's to write; the others are not acknowledged, for the new owner of their partition has them. */
    static List<Message> owned(List<Message> messages) {
        for (Message message : messages) {
            if (isLost(message) && !message.isDone()) {
                message.fail(new BatchStoppedException());
            }
        }
        return messages.stream().noneMatch(RouteWriter::isLost)
                ? messages
                : messages.stream().filter(message -> !isLost(message)).toList();
    }

    private static boolean isLost(Message message) {
        return message.lanePlace() instanceof LanePlace place && place.isLost();
    }

    /** How many messages to try at once where refusals are taken back one by one. */
    ChunkSize chunkSize() {
        return chunkSize;
    }

    /** Whether the effects of several attempts can become durable at once. */
    boolean takesAttemptsTogether() {
        return route.takesAttemptsTogether();
    }

    /**
     * Several attempts whose effects become durable at once; null if they are, and the completions have run.
     *
     * @param all what the attempts are made of
     * @param attempts answers null, or what must take back all of them
     * @param parts the attempts that succeeded, added by {@code attempts}
     */
    @Nullable
    Throwable together(Batch all, Lane lane, Function<Route, @Nullable Throwable> attempts, List<Batch> parts) {
        if (!limit.enter(lane)) {
            return new BatchStoppedException();
        }
        long start = System.nanoTime();
        @Nullable Throwable failure;
        try {
            failure = route.together(all, attempts);
        } finally {
            limit.leave();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        lane.attempted(took);
        if (failure == null) {
            limit.written(took);
            int size = parts.stream().mapToInt(Batch::getSize).sum();
            parts.forEach(
                    part -> written(part, took.multipliedBy(part.getSize()).dividedBy(size)));
        }
        return failure;
    }

    /** Whether an attempt would succeed now; null if so. Nothing of it takes effect, and nobody is told. */
    @Nullable
    Throwable probe(Batch batch, Lane lane) {
        if (!limit.enter(lane)) {
            return new BatchStoppedException();
        }
        try {
            return route.probe(batch);
        } finally {
            limit.leave();
        }
    }

    /** How long to wait before another attempt, after so many have failed. */
    Duration delay(int attempts) {
        return options.backoff.after(attempts);
    }

    /** Says that replays are tried again after the delay; nothing else waits for them, so that nothing is held. */
    void retrying(Batch batch, Throwable cause, int attempts, Duration delay) {
        listeners.tell(listener -> listener.retrying(batch, cause, attempts, delay));
    }

    /** Waits until the next attempt is due. */
    void backOff(Batch batch, Lane lane, Throwable cause, int attempts) {
        limit.failed();
        Duration delay = options.backoff.after(attempts);
        listeners.tell(listener -> listener.retrying(batch, cause, attempts, delay));
        // A deadlock or a lost connection is mostly over at the second attempt; what has waited for long is not.
        if (attempts > 1 || lane.lastAttempt().compareTo(LONG) > 0) {
            hold(batch.messages(), lane, diagnosis.of(cause), true);
        }
        lane.pause(delay);
    }

    /** Waits until what is refused is due to be tried again, or, if that is wanted, there is more to try. */
    void rest(Lane lane, int rounds, boolean orMore) {
        Duration delay = options.backoff.after(rounds);
        if (orMore) {
            lane.pauseOrMore(delay);
        } else {
            lane.pause(delay);
        }
    }

    /** One line about a failure: its present cause. */
    String say(Throwable cause) {
        return diagnosis.of(cause);
    }

    /** Says that the messages are refused, and wait until it is known whose fault that is. */
    void holdRefused(List<Message> messages, Lane lane, String why) {
        hold(messages, lane, why, false);
    }

    /** Says that nothing of the messages could be written, nor any other since. */
    void fruitless(List<Message> messages, Batch.Closed closed, Throwable cause, int rounds) {
        limit.failed();
        Batch batch = new Batch(name, messages, closed, options.policy);
        listeners.tell(listener -> listener.retrying(batch, cause, rounds, options.backoff.after(rounds)));
    }

    /** The batch in hand is written, all of it. */
    void release(Lane lane) {
        hold.release(lane);
    }

    /** The lane has stopped, and what it had is not acknowledged. */
    void abandon(Lane lane) {
        hold.abandon(lane);
    }

    private void hold(List<Message> messages, Lane lane, String why, boolean pauses) {
        Set<String> pipelines = messages.stream().map(Message::pipeline).collect(Collectors.toSet());
        hold.hold(lane, pipelines, why, pauses);
    }
}
