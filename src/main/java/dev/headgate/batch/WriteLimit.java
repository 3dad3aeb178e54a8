package dev.headgate.batch;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How large batches may be and how many lanes may write at once: additive increase with each batch that was written in
 * time, multiplicative decrease with each outage and each one that took longer than the target (AIMD, by Netflix's
 * concurrency-limits).
 *
 * <p>One level from 1 to 20 drives both, in shares of their maximum, so that a full batch shrinks by half with a drop and
 * is back after at most twenty good writes. No threads and no clock: times are passed in. Thread-safe.
 */
final class WriteLimit {

    static final int LEVELS = 20;
    private static final double DECREASE = 0.5;

    private final int maxSize;
    private final int maxLanes;
    private final AIMDLimit level;

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
