package dev.headgate.failure;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: exponential backoff, around a delay that grows from the base by the factor to
 * the cap. With full jitter a random time up to it (Brooker, "Exponential Backoff And Jitter", 2015), so that what failed
 * at once is not tried at once again. Thread-safe if the source of randomness is.
 */
public final class Backoff {

    /** How far the delays are spread. */
    public enum Jitter {
        /** The delay is what has grown. */
        NONE(1, 1),
        /** The delay is random, from half of what has grown to one and a half of it, at most the cap. */
        HALF(0.5, 1.5),
        /** The delay is random, from a millisecond to what has grown. */
        FULL(0, 1);

        private final double from;
        private final double to;

        Jitter(double from, double to) {
            this.from = from;
            this.to = to;
        }
    }

    private static final int MOST_STEPS = 64;

    private final double base;
    private final double factor;
    private final double cap;
    private final Jitter jitter;
    private final RandomGenerator random;

    /**
     * Sets the delays, which are whole milliseconds; random by the calling thread's source.
     *
     * @param base the delay before the second attempt, above zero
     * @param factor by what the delay grows with each attempt, at least 1
     * @param cap the longest delay
     * @throws IllegalArgumentException if the base is not above zero, or the factor below 1
     */
    public Backoff(Duration base, double factor, Duration cap, Jitter jitter) {
        this(base, factor, cap, jitter, () -> ThreadLocalRandom.current().nextLong());
    }

    /** Sets the delays with full jitter from the given source of randomness. */
    public Backoff(Duration base, double factor, Duration cap, RandomGenerator random) {
        this(base, factor, cap, Jitter.FULL, random);
    }

    private Backoff(Duration base, double factor, Duration cap, Jitter jitter, RandomGenerator random) {
        if (base.toMillis() < 1) {
            throw new IllegalArgumentException("Expected a first delay above zero, found " + base);
        }
        if (factor < 1) {
            throw new IllegalArgumentException("Expected a factor of at least 1, found " + factor);
        }
        this.base = base.toMillis();
        this.factor = factor;
        this.cap = cap.toMillis();
        this.jitter = jitter;
        this.random = random;
    }

    /**
     * The delay after so many failed attempts, to the millisecond, at least one.
     *
     * @param attempts at least 1
     */
    public Duration after(int attempts) {
        double grown = base * Math.pow(factor, Math.min(attempts, MOST_STEPS) - 1);
        long shortest = Math.max(1, (long) Math.min(cap, grown * jitter.from));
        long longest = Math.max(shortest, (long) Math.min(cap, grown * jitter.to));
        return Duration.ofMillis(random.nextLong(shortest, longest + 1));
    }
}
