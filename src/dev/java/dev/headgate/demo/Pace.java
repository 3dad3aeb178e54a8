package dev.headgate.demo;

import java.util.concurrent.TimeUnit;

/**
 * How many messages are due, at a rate that may change at any time; of what was missed, at most one second's worth is
 * made up for later.
 *
 * <p>{@link #due} belongs to one thread; {@link #perSecond} may be called by any.
 */
public final class Pace {
    private volatile int perSecond;
    private boolean started;
    private long lastNanos;
    private double debt;

    public Pace(int perSecond) {
        this.perSecond = perSecond;
    }

    /** The rate from now on. */
    public void perSecond(int rate) {
        perSecond = rate;
    }

    /** The messages to send now; the first call starts the clock. */
    public int due(long nowNanos) {
        double seconds = started ? (nowNanos - lastNanos) / (double) TimeUnit.SECONDS.toNanos(1) : 0;
        started = true;
        lastNanos = nowNanos;
        int rate = perSecond;
        debt = Math.min(debt + seconds * rate, rate);
        int whole = (int) debt;
        debt -= whole;
        return whole;
    }
}
