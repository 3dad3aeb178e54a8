package dev.headgate.batch;

import dev.headgate.failure.Failure;
import dev.headgate.failure.FailureLog;
import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one lane has to write of messages that were sent to their source again. They are in no batch with others, and other
 * batches wait for one attempt of them at most: what is left of an attempt goes back here.
 *
 * <p>Somebody wants to know what becomes of a replay. One that is refused alone is a dead letter again, at once: it is not
 * tried again, holds nothing, and tells nothing about the sink to {@link RefusalWindow}. An outage is tried again after a
 * backoff, and keeps the other replays of the lane waiting, so that their order stays.
 *
 * <p>Queue and taking are guarded by the lane's lock; {@link #write} is for the lane's thread.
 */
final class ReplayQueue {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayQueue.class);

    /** Of more than so many it costs less to halve them than to try the rest again behind each that is refused. */
    private static final int FEW = 32;

    private final Accumulator waiting;
    private final RouteWriter writer;
    private final FailureLog failures;
    /** What was taken and is not written yet, the next one first. */
    private final Deque<List<Message>> parts = new ArrayDeque<>();

    private long restsUntil;
    private int failedAttempts;

    ReplayQueue(Accumulator waiting, RouteWriter writer) {
        this.waiting = waiting;
        this.writer = writer;
        this.failures =
                new FailureLog(LOG, "Writing replays of batch:" + writer.name(), InstantSource.system(), writer::say);
    }

    /** Where they are added. */
    Accumulator waiting() {
        return waiting;
    }

    /** What waits, in order. */
    Stream<Message> messages() {
        return Stream.concat(parts.stream().flatMap(List::stream), waiting.waiting());
    }

    int size() {
        return waiting.size() + parts.stream().mapToInt(List::size).sum();
    }

    boolean isDue(long now, boolean flushing) {
        return flushing ? size() > 0 && rest(now) <= 0 : remaining(now) <= 0;
    }

    /** The nanoseconds until there is something to write; not positive if there is. */
    long remaining(long now) {
        if (!parts.isEmpty()) {
            return rest(now);
        }
        if (waiting.size() == 0) {
            return Long.MAX_VALUE;
        }
        return waiting.isFull() ? 0 : waiting.remainingLinger(now);
    }

    private long rest(long now) {
        return failedAttempts == 0 ? 0 : restsUntil - now;
    }

    /** Takes what is next. */
    List<Message> take(long now) {
        if (!parts.isEmpty()) {
            return parts.removeFirst();
        }
        Batch.Closed reason = waiting.reason(now);
        List<Message> taken = waiting.take();
        writer.closed(taken, reason);
        return taken;
    }

    List<Message> takeAll() {
        List<Message> all = new ArrayList<>();
        parts.forEach(all::addAll);
        parts.clear();
        while (waiting.size() > 0) {
            all.addAll(waiting.take());
        }
        return all;
    }

    /** Puts before all others what {@link #write} has returned. */
    void putBack(List<List<Message>> left) {
        for (int i = left.size() - 1; i >= 0; i--) {
            if (!left.get(i).isEmpty()) {
                parts.addFirst(left.get(i));
            }
        }
    }

    /** Tries once; returns what is to be tried again, in parts, in order. */
    List<List<Message>> write(List<Message> all, Lane lane) {
        List<Message> replays = RouteWriter.owned(all);
        if (replays.isEmpty()) {
            return List.of();
        }
        Batch batch = new Batch(writer.name(), replays, Batch.Closed.FLUSH, writer.policy());
        Throwable thrown = writer.attempt(batch, lane);
        if (thrown == null) {
            failedAttempts = 0;
            failures.over();
            return List.of();
        }
        Failure failure = Failure.of(thrown);
        boolean marked = replays.stream().allMatch(message -> message.rejection() != null);
        if (failure instanceof Failure.Outage || marked || lane.isStopped()) {
            rest(batch, thrown, lane);
            return List.of(replays);
        }
        failedAttempts = 0;
        if (replays.size() == 1) {
            replays.get(0).reject(Rejection.of(writer.name(), failure, 1));
            return List.of(replays);
        }
        int suspect = replays.size() > FEW ? -1 : Suspect.among(replays, thrown);
        int from = suspect < 0 ? replays.size() / 2 : suspect;
        int to = suspect < 0 ? from : suspect + 1;
        return List.of(replays.subList(0, from), replays.subList(from, to), replays.subList(to, replays.size()));
    }

    private void rest(Batch batch, Throwable thrown, Lane lane) {
        if (lane.isStopped()) {
            return;
        }
        Duration delay = writer.delay(++failedAttempts);
        restsUntil = System.nanoTime() + delay.toNanos();
        writer.retrying(batch, thrown, failedAttempts, delay);
        failures.failed(thrown, "attempt " + failedAttempts + ", the next in " + delay.toMillis() + " ms");
    }
}
