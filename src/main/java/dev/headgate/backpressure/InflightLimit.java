package dev.headgate.backpressure;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the messages and bytes that were fetched and not yet acknowledged, and says when to stop fetching.
 *
 * <p>A message is counted from the moment its consumer hands it to the route until its acknowledgement or its failure.
 * Thread-safe; {@link #acquire} never blocks.
 */
public final class InflightLimit {

    private final long maxMessages;
    private final long maxBytes;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong highest = new AtomicLong();
    private final AtomicInteger waiters = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();

    /**
     * @param maxMessages the messages from which on fetching pauses, at least 1
     * @param maxBytes the payload bytes from which on fetching pauses, at least 1
     */
    public InflightLimit(long maxMessages, long maxBytes) {
        if (maxMessages < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "an inflight limit must be at least 1: " + maxMessages + ", " + maxBytes);
        }
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** Counts one message of the given payload size. */
    public void acquire(long size) {
        bytes.addAndGet(size);
        long now = messages.incrementAndGet();
        if (now > highest.get()) {
            highest.accumulateAndGet(now, Math::max);
        }
    }

    /** Uncounts one message of the given payload size. */
    public void release(long size) {
        bytes.addAndGet(-size);
        messages.decrementAndGet();
        if (waiters.get() > 0) {
            signal();
        }
    }

    /** Whether fetching has to pause. */
    public boolean isFull() {
        return messages.get() >= maxMessages || bytes.get() >= maxBytes;
    }

    public long messages() {
        return messages.get();
    }

    public long bytes() {
        return bytes.get();
    }

    public long maxMessages() {
        return maxMessages;
    }

    /** The most messages that were ever in flight at once. */
    public long highestMessages() {
        return highest.get();
    }

    /** Waits until there is room, at most as long as given; returns whether there is. */
    public boolean awaitRoom(Duration atMost) {
        return await(() -> !isFull(), atMost);
    }

    /** Waits until the condition holds, asking again after each release, at most as long as given. */
    public boolean await(java.util.function.BooleanSupplier condition, Duration atMost) {
        long remaining = atMost.toNanos();
        waiters.incrementAndGet();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (remaining <= 0) {
                    return false;
                }
                remaining = released.awaitNanos(remaining);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return condition.getAsBoolean();
        } finally {
            lock.unlock();
            waiters.decrementAndGet();
        }
    }

    private void signal() {
        lock.lock();
        try {
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
