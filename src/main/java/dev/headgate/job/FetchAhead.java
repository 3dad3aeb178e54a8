package dev.headgate.job;

import java.time.Duration;

/**
 * How many jobs to claim beyond those that the handlers can begin at once: as many as they are likely to begin within the
 * next 50 ms, judged by those that ended last, and at most 8 MiB of them. Handlers that take longer than that find
 * nothing waiting behind them that another process could have. Plain arithmetic; thread-safe.
 */
final class FetchAhead {

    static final Duration HORIZON = Duration.ofMillis(50);
    static final int MOST = 2_000;
    static final long MOST_BYTES = 8L * 1024 * 1024;

    private static final double WEIGHT = 0.05;

    private final int concurrency;
    private double nanos = HORIZON.toNanos();
    private double bytes = MOST_BYTES;

    FetchAhead(int concurrency) {
        this.concurrency = concurrency;
    }

    /** A handler has ended. */
    synchronized void ended(Duration took, int size) {
        nanos += WEIGHT * (took.toNanos() - nanos);
        bytes += WEIGHT * (size - bytes);
    }

    /** How many jobs, besides one for each handler. */
    synchronized int jobs() {
        if (nanos >= HORIZON.toNanos()) {
            return 0;
        }
        double byTime = HORIZON.toNanos() / Math.max(nanos, 1) * concurrency;
        double bySize = MOST_BYTES / Math.max(bytes, 1);
        return (int) Math.min(MOST, Math.min(byTime, bySize));
    }
}
