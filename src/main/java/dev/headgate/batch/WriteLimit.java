package dev.headgate.batch;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How large batches may be and how many lanes may write at once: additive increase with each batch that was written in
 * time, multiplicative decrease with each outage and each one that took longer than the target (AIMD, by Netflix's
 * concurrency-limits).
 *
 * <p>One level from 1 to 20 drives both, in shares of their maximum, so that a full batch shrinks by half with a drop and
 * is back after at most twenty good writes. Lanes {@link #enter} before they write and wait while as many as are allowed
 * do. No threads and no clock: times are passed in. Thread-safe.
 */
final class WriteLimit {

    static final int LEVELS = 20;
    private static final double DECREASE = 0.5;

    /** Bounds the wait, for a lane that is told to stop meanwhile. */
    private static final long WAIT_MILLIS = 50;

    private final int maxSize;
    private final int maxLanes;
    private final AIMDLimit level;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int writing;

    /** @param latencyTarget how long an attempt may take before it counts as slow */
    WriteLimit(int maxSize, int maxLanes, Duration latencyTarget) {
        this.maxSize = maxSize;
        this.maxLanes = maxLanes;
        this.level = AIMDLimit.newBuilder()
                .initialLimit(LEVELS)
                .minLimit(1)
                .maxLimit(LEVELS)
                .backoffRatio(DECREASE)
                .timeout(latencyTarget.toNanos(), TimeUnit.NANOSECONDS)
                .build();
    }

    /** Most messages in one write, at least 1. */
    int size() {
        return share(maxSize);
    }

    /** Most lanes that write at once, at least 1. */
    int lanes() {
        return share(maxLanes);
    }

    /** Waits for the lane's turn; false if the lane was stopped meanwhile, which then has not entered. */
    boolean enter(Lane lane) {
        lock.lock();
        try {
            while (writing >= lanes()) {
                if (lane.isStopped()) {
                    return false;
                }
                boolean unused = changed.await(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            }
            writing++;
            return true;
        } catch (InterruptedException e) {
            lane.stop();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the next lane write. */
    void leave() {
        lock.lock();
        try {
            writing--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The lanes that are writing now. */
    int writing() {
        lock.lock();
        try {
            return writing;
        } finally {
            lock.unlock();
        }
    }

    /** A write succeeded. */
    void written(Duration took) {
        level.onSample(0, took.toNanos(), LEVELS, false);
    }

    /** A write met an outage. */
    void failed() {
        level.onSample(0, 0, LEVELS, true);
    }

    /** Rounded up. */
    private int share(int max) {
        return (int) (((long) max * level.getLimit() + LEVELS - 1) / LEVELS);
    }
}
