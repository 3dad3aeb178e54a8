package dev.headgate.batch;

import dev.headgate.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that writes one batch after the other, in the order in which messages were {@linkplain #offer offered}; those
 * that were sent to their source again in batches of their own, in turn with the others ({@link ReplayQueue}).
 *
 * <p>{@code offer} may be called from any thread and never blocks; what bounds it is the inflight limit of the sources.
 */
final class Lane implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final String name;
    private final Accumulator accumulator;
    private final ReplayQueue replays;
    private final RouteWriter writer;
    private boolean flushing;
    private boolean stopped;
    /** What the writer has. */
    private List<Message> writing = List.of();
    /** Its own thread's. */
    private Duration lastAttempt = Duration.ZERO;
    /** Its own thread's. */
    private boolean replaysHadTheirTurn;

    /**
     * @param name its own among the lanes of the process, the same at each start
     * @param replays what waits of the messages that were sent again
     */
    Lane(String name, Accumulator accumulator, Accumulator replays, RouteWriter writer) {
        this.name = name;
        this.accumulator = accumulator;
        this.replays = new ReplayQueue(replays, writer);
        this.writer = writer;
    }

    String name() {
        return name;
    }

    /** Puts a message behind all others of this lane; false if the lane takes none any more. */
    boolean offer(Message message) {
        lock.lock();
        try {
            if (stopped) {
                return false;
            }
            Accumulator waiting = message.isSentAgain() ? replays.waiting() : accumulator;
            waiting.add(message);
            if (waiting.size() == 1 || waiting.isFull()) {
                changed.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Messages waiting or being written. */
    int pending() {
        lock.lock();
        try {
            return accumulator.size() + replays.size() + writing.size();
        } finally {
            lock.unlock();
        }
    }

    /** The messages waiting or being written, with those of them that are done. */
    List<Message> waiting() {
        lock.lock();
        try {
            return Stream.of(writing.stream(), accumulator.waiting(), replays.messages())
                    .flatMap(messages -> messages)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Whether batches close without lingering from now on. */
    void flush(boolean on) {
        update(() -> flushing = on);
    }

    /** Ends the thread after the attempt in hand; messages that are not written are failed, not acknowledged. */
    void stop() {
        update(() -> stopped = true);
    }

    @Override
    public void run() {
        while (true) {
            Batch.Closed reason = null;
            List<Message> messages;
            lock.lock();
            try {
                awaitBatch();
                if (stopped) {
                    break;
                }
                long now = System.nanoTime();
                boolean replay = replays.isDue(now, flushing) && !(replaysHadTheirTurn && isDue());
                replaysHadTheirTurn = replay;
                if (!replay) {
                    reason = accumulator.reason(now);
                }
                messages = replay ? replays.take(now) : accumulator.take();
                writing = messages;
            } finally {
                lock.unlock();
            }
            List<List<Message>> left = write(messages, reason);
            update(() -> {
                writing = List.of();
                replays.putBack(left);
            });
        }
        failWaiting();
    }

    boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what has lingered or fills a batch by now, for a writer that has not ended with what it has; may be nothing. */
    List<Message> takeMore() {
        lock.lock();
        try {
            if (stopped || !isDue()) {
                return List.of();
            }
            List<Message> taken = accumulator.take();
            writing = Stream.concat(writing.stream(), taken.stream()).toList();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #pause}; ends early when there is more to {@linkplain #takeMore take}. */
    void pauseOrMore(Duration delay) {
        long end = System.nanoTime() + delay.toNanos();
        lock.lock();
        try {
            long remaining = delay.toNanos();
            while (!stopped && remaining > 0 && !isDue()) {
                long unused = changed.awaitNanos(Math.min(remaining, accumulator.remainingLinger(System.nanoTime())));
                remaining = end - System.nanoTime();
            }
        } catch (InterruptedException e) {
            stopped = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits between two attempts; ends early when the lane stops. */
    void pause(Duration delay) {
        long remaining = delay.toNanos();
        lock.lock();
        try {
            while (!stopped && remaining > 0) {
                remaining = changed.awaitNanos(remaining);
            }
        } catch (InterruptedException e) {
            stopped = true;
        } finally {
            lock.unlock();
        }
    }

    /** An attempt of its batch has ended, well or badly; on its own thread, as is {@link #lastAttempt()}. */
    void attempted(Duration took) {
        lastAttempt = took;
    }

    Duration lastAttempt() {
        return lastAttempt;
    }

    private void awaitBatch() {
        try {
            while (!stopped) {
                long now = System.nanoTime();
                if (isDue() || replays.isDue(now, flushing)) {
                    return;
                }
                long remaining = Math.min(accumulator.remainingLinger(now), replays.remaining(now));
                if (remaining == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    changed.awaitNanos(remaining);
                }
            }
        } catch (InterruptedException e) {
            stopped = true;
        }
    }

    private boolean isDue() {
        return accumulator.size() > 0
                && (flushing || accumulator.isFull() || accumulator.remainingLinger(System.nanoTime()) <= 0);
    }

    /**
     * Writes the messages of a batch, or tries once to write replays.
     *
     * @param reason why the batch was closed; null for replays
     * @return the replays that are to be tried again, in parts
     */
    private List<List<Message>> write(List<Message> messages, Batch.@Nullable Closed reason) {
        try {
            if (reason == null) {
                return replays.write(messages, this);
            }
            writer.write(messages, reason, this);
        } catch (RuntimeException | Error e) {
            List<Message> left =
                    writing.stream().filter(message -> !message.isDone()).toList();
            LOG.error("A lane failed; its {} messages are not acknowledged", left.size(), e);
            left.forEach(message -> message.fail(new IllegalStateException(e)));
        }
        return List.of();
    }

    private void failWaiting() {
        lock.lock();
        try {
            while (accumulator.size() > 0) {
                accumulator.take().forEach(message -> message.fail(new BatchStoppedException()));
            }
            replays.takeAll().forEach(message -> message.fail(new BatchStoppedException()));
        } finally {
            lock.unlock();
        }
    }

    private void update(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
