package dev.headgate.job;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A handler at work on one job. Interrupted at most while it is: never the next job of its thread. Thread-safe. */
final class JobRun {

    /** Why a handler is interrupted. */
    enum Cause {
        TIMEOUT,
        CANCELLED,
        LEASE_LOST
    }

    private final Job job;
    private final Thread thread = Thread.currentThread();
    private final long beganNanos = System.nanoTime();
    private final AtomicBoolean settled = new AtomicBoolean();
    private @Nullable Cause interrupted;
    private boolean ended;

    JobRun(Job job) {
        this.job = job;
    }

    Job job() {
        return job;
    }

    Duration took() {
        return Duration.ofNanos(System.nanoTime() - beganNanos);
    }

    synchronized void interrupt(Cause cause) {
        if (!ended) {
            interrupted = interrupted == null ? cause : interrupted;
            thread.interrupt();
        }
    }

    /** No interrupt after this; one that came and was not noticed is gone. */
    synchronized void end() {
        ended = true;
        boolean unused = Thread.interrupted();
    }

    synchronized boolean timedOut() {
        return interrupted == Cause.TIMEOUT;
    }

    /** True the first time. */
    boolean settle() {
        return settled.compareAndSet(false, true);
    }
}
