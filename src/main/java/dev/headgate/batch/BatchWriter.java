package dev.headgate.batch;

import dev.headgate.failure.Failure;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the messages of one batch through its route: all of them, however many attempts that takes.
 *
 * <p>An outage is retried with the same messages, without limit, after an exponential backoff with jitter. A rejection
 * is found by halving: the halves are written one after the other, in order, each in an attempt (and so a transaction)
 * of its own, until the rejected message is alone; it is then marked and written once more, as a dead letter. The
 * completions of what was written run as soon as its attempt has succeeded.
 */
final class BatchWriter {

    /** Sends one attempt through the route; returns the failure, or null when it succeeded. */
    interface Route {
        @Nullable
        Throwable send(Batch batch);
    }

    private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);
    private static final Duration WARN_INTERVAL = Duration.ofMinutes(1);

    private final String name;
    private final Route route;
    private final IntervalFunction backoff;
    private final List<BatchListener> listeners;

    BatchWriter(String name, Route route, IntervalFunction backoff, List<BatchListener> listeners) {
        this.name = name;
        this.route = route;
        this.backoff = backoff;
        this.listeners = listeners;
    }

    /** Returns when every message is either written and completed, or failed because the lane stopped. */
    void write(List<Message> messages, Batch.Closed reason, Lane lane) {
        long warned = 0;
        for (int attempt = 1; !lane.isStopped(); attempt++) {
            long start = System.nanoTime();
            Batch batch = new Batch(name, messages, reason);
            Throwable failure = send(batch);
            if (failure == null) {
                complete(batch, Duration.ofNanos(System.nanoTime() - start));
                if (attempt > 1) {
                    LOG.info(
                            "batch:{} goes on: {} messages were written at attempt {}", name, messages.size(), attempt);
                }
                return;
            }
            if (Failure.of(failure) instanceof Failure.Rejected rejected && isolate(messages, rejected, reason, lane)) {
                return;
            }
            Duration delay = Duration.ofMillis(backoff.apply(Math.min(attempt, 30)));
            if (attempt == 1 || start - warned > WARN_INTERVAL.toNanos()) {
                warned = start;
                LOG.warn(
                        "batch:{} cannot write {} messages and keeps trying; nothing is lost. {}",
                        name,
                        messages.size(),
                        Failure.summary(failure));
            }
            tellRetrying(batch, failure, attempt, delay);
            lane.pause(delay);
        }
        messages.forEach(message -> message.fail(new BatchStoppedException()));
    }

    private @Nullable Throwable send(Batch batch) {
        Throwable failure = route.send(batch);
        if (failure == null && !batch.isSettled()) {
            return new IllegalStateException("the route of batch:" + name + " did not claim its messages: add the step"
                    + " \"bean: { ref: ledger, method: claim }\"");
        }
        return failure;
    }

    /** Halves the messages, or marks the only one as rejected; false if that one is marked already. */
    private boolean isolate(List<Message> messages, Failure failure, Batch.Closed reason, Lane lane) {
        if (messages.size() == 1) {
            Message message = messages.get(0);
            if (message.rejection() != null) {
                return false;
            }
            message.reject(Rejection.of(name, failure, 1));
            write(messages, reason, lane);
            return true;
        }
        int half = messages.size() / 2;
        write(messages.subList(0, half), reason, lane);
        write(messages.subList(half, messages.size()), reason, lane);
        return true;
    }

    private void complete(Batch batch, Duration took) {
        for (BatchListener listener : listeners) {
            try {
                listener.written(batch, took);
            } catch (RuntimeException e) {
                LOG.warn("A listener of batch:{} failed", name, e);
            }
        }
        batch.messages().forEach(Message::complete);
    }

    private void tellRetrying(Batch batch, Throwable cause, int attempt, Duration delay) {
        for (BatchListener listener : listeners) {
            try {
                listener.retrying(batch, cause, attempt, delay);
            } catch (RuntimeException e) {
                LOG.warn("A listener of batch:{} failed", name, e);
            }
        }
    }
}
