package dev.headgate.backpressure;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one source has in flight, counted with the whole process; and whether it is paused, by an operator or because what it
 * feeds cannot write.
 *
 * <p>Thread-safe. {@link #acquire} and {@link #release} never block and allocate nothing.
 */
public final class SourceInflight implements Inflight {

    /** No batch has this name. */
    private static final String OPERATOR = "";

    private final String routeId;
    private final InflightLimit process;
    private final InflightCount own;
    private final Set<String> pausers = new HashSet<>();
    private final Pauses pauses = new Pauses();
    private final LongAdder taken = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean paused;

    SourceInflight(String routeId, InflightLimit process, InflightCount own) {
        this.routeId = routeId;
        this.process = process;
        this.own = own;
    }

    /** The id of the route that consumes the source. */
    public String routeId() {
        return routeId;
    }

    /** Counts one message of the given size in bytes. */
    public void acquire(long size) {
        taken.increment();
        own.acquire(size);
        process.acquire(size);
    }

    /** Uncounts one message of the given size in bytes, which is acknowledged. */
    public void release(long size) {
        acknowledged.increment();
        uncount(size);
    }

    /** Uncounts one message of the given size in bytes, which failed and will come again. */
    public void fail(long size) {
        uncount(size);
    }

    private void uncount(long size) {
        own.release(size);
        process.release(size);
    }

    /** Whether the source has to pause: it or the process is at its limit, or it is paused. */
    @Override
    public boolean isFull() {
        return paused || own.isFull() || process.isFull();
    }

    /** Whether the source may go on after it had to pause. */
    public boolean hasRoom() {
        return !paused && own.hasRoom() && process.hasRoom();
    }

    /** Waits until the source may go on, at most as long as given; returns whether it may. */
    public boolean awaitRoom(Duration atMost) {
        return process.awaitRoom(this::hasRoom, atMost);
    }

    @Override
    public boolean isPaused() {
        return paused;
    }

    /** Pauses the source until each who has paused it has resumed it. */
    public void pause(String by) {
        synchronized (pausers) {
            pausers.add(by);
            paused = true;
        }
        listeners.forEach(Runnable::run);
    }

    /** Resumes the source, as far as this one has paused it; without effect if it has not. */
    public void resume(String by) {
        synchronized (pausers) {
            if (!pausers.remove(by)) {
                return;
            }
            paused = !pausers.isEmpty();
        }
        process.changed();
    }

    /** Pauses the source until somebody resumes it with {@link #resumeByOperator()}. */
    public void pauseByOperator() {
        pause(OPERATOR);
    }

    public void resumeByOperator() {
        resume(OPERATOR);
    }

    public boolean isPausedByOperator() {
        synchronized (pausers) {
            return pausers.contains(OPERATOR);
        }
    }

    /** Whether what it feeds, which cannot write, has paused it. */
    public boolean isPausedByOutage() {
        synchronized (pausers) {
            return pausers.size() > (pausers.contains(OPERATOR) ? 1 : 0);
        }
    }

    /** Calls when the source becomes paused, on the thread that pauses it, which must not be held up. */
    public void onPause(Runnable listener) {
        listeners.add(listener);
    }

    /** Ends what {@link #onPause} began. */
    public void offPause(Runnable listener) {
        listeners.remove(listener);
    }

    /** The pauses of the source, as its consumers tell them. */
    public Pauses pauses() {
        return pauses;
    }

    /** Messages counted since the start. */
    public long taken() {
        return taken.sum();
    }

    /** Messages acknowledged since the start. */
    public long acknowledged() {
        return acknowledged.sum();
    }

    /** Whether it pauses because it has reached its own limit, and has no room yet. */
    public boolean pausesForItself() {
        return pauses.isPausing() && !own.hasRoom();
    }

    /** Whether it pauses because the process has reached its limit, and has no room yet. */
    public boolean pausesForProcess() {
        return pauses.isPausing() && !process.hasRoom();
    }

    @Override
    public long messages() {
        return own.messages();
    }

    @Override
    public long bytes() {
        return own.bytes();
    }

    @Override
    public long highestMessages() {
        return own.highestMessages();
    }

    @Override
    public long maxMessages() {
        return own.maxMessages();
    }

    @Override
    public long maxBytes() {
        return own.maxBytes();
    }

    @Override
    public void setMaxMessages(long limit) {
        own.setMaxMessages(limit);
        process.changed();
    }

    @Override
    public void setMaxBytes(long limit) {
        own.setMaxBytes(limit);
        process.changed();
    }
}
