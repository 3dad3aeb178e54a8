package dev.headgate.backpressure;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Counts the messages and bytes of all sources that were handed to a route and are not yet acknowledged, and says when
 * to stop handing over: the limit of the whole process, and by {@link #source} that of each source.
 *
 * <p>A message is counted from the moment its consumer hands it to the route until its acknowledgement or its failure.
 * Thread-safe. Limits may be changed at any time; what is in flight stays in flight.
 */
public final class InflightLimit implements Inflight {

    private final InflightCount process;
    private final long sourceMaxMessages;
    private final long sourceMaxBytes;
    private final ConcurrentMap<String, SourceInflight> sources = new ConcurrentHashMap<>();
    private final AtomicInteger waiters = new AtomicInteger();
    private final AtomicInteger roomWaiters = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private final Condition room = lock.newCondition();

    /** Limits the process only, and each source no further; see {@link #InflightLimit(long, long, long, long)}. */
    public InflightLimit(long maxMessages, long maxBytes) {
        this(maxMessages, maxBytes, maxMessages, maxBytes);
    }

    /**
     * @param maxMessages the messages from which on every source pauses, at least 1
     * @param maxBytes the bytes from which on every source pauses, at least 1
     * @param sourceMaxMessages the messages of one source from which on that source pauses, at least 1
     * @param sourceMaxBytes the bytes of one source from which on that source pauses, at least 1
     */
    public InflightLimit(long maxMessages, long maxBytes, long sourceMaxMessages, long sourceMaxBytes) {
        this.process = new InflightCount(maxMessages, maxBytes);
        this.sourceMaxMessages = sourceMaxMessages;
        this.sourceMaxBytes = sourceMaxBytes;
    }

    /** The part of one source, named after its route; the same object each time. */
    public SourceInflight source(String routeId) {
        SourceInflight known = sources.get(routeId);
        return known != null
                ? known
                : sources.computeIfAbsent(
                        routeId,
                        id -> new SourceInflight(id, this, new InflightCount(sourceMaxMessages, sourceMaxBytes)));
    }

    /** Leaves out a source whose route is gone; what it still has in flight is uncounted by itself. */
    public void forget(String routeId) {
        sources.remove(routeId);
    }

    /** All sources so far. */
    public Collection<SourceInflight> sources() {
        return List.copyOf(sources.values());
    }

    @Override
    public boolean isFull() {
        return process.isFull();
    }

    @Override
    public boolean isPaused() {
        return sources.values().stream().anyMatch(SourceInflight::isPaused);
    }

    /** Whether the process as a whole is so far below its limit that what paused may go on. */
    public boolean hasRoom() {
        return process.hasRoom();
    }

    @Override
    public long messages() {
        return process.messages();
    }

    @Override
    public long bytes() {
        return process.bytes();
    }

    @Override
    public long highestMessages() {
        return process.highestMessages();
    }

    @Override
    public long maxMessages() {
        return process.maxMessages();
    }

    @Override
    public long maxBytes() {
        return process.maxBytes();
    }

    @Override
    public void setMaxMessages(long limit) {
        process.setMaxMessages(limit);
        changed();
    }

    @Override
    public void setMaxBytes(long limit) {
        process.setMaxBytes(limit);
        changed();
    }

    /** Waits until the process has room, at most as long as given; returns whether it has. */
    public boolean awaitRoom(Duration atMost) {
        return awaitRoom(process::hasRoom, atMost);
    }

    /** Waits until the condition holds, asking again after each release, at most as long as given. */
    public boolean await(BooleanSupplier condition, Duration atMost) {
        return await(condition, atMost, waiters, released);
    }

    /** Waits, as {@link #await} does, for what only the end of a pause, a new limit or the process's room can bring. */
    boolean awaitRoom(BooleanSupplier condition, Duration atMost) {
        return await(condition, atMost, roomWaiters, room);
    }

    void acquire(long size) {
        process.acquire(size);
    }

    void release(long size) {
        process.release(size);
        if (waiters.get() > 0) {
            signal(released);
        }
        if (roomWaiters.get() > 0 && process.hasRoom()) {
            signal(room);
        }
    }

    /** Whether somebody waits for room, for tests. */
    boolean waitsForRoom() {
        return roomWaiters.get() > 0;
    }

    /** A limit or a pause changed: sources that wait look again. */
    void changed() {
        signal(room);
    }

    private boolean await(BooleanSupplier condition, Duration atMost, AtomicInteger waiting, Condition signalled) {
        long remaining = atMost.toNanos();
        waiting.incrementAndGet();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (remaining <= 0) {
                    return false;
                }
                remaining = signalled.awaitNanos(remaining);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return condition.getAsBoolean();
        } finally {
            lock.unlock();
            waiting.decrementAndGet();
        }
    }

    private void signal(Condition condition) {
        lock.lock();
        try {
            condition.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
