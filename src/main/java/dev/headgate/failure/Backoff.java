package dev.headgate.failure;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: exponential backoff with full jitter (Brooker, "Exponential Backoff And
 * Jitter", 2015): a random time up to a limit that grows from the base by the factor to the cap. Thread-safe if the source
 * of randomness is.
 */
public final class Backoff {

    private static final int MOST_STEPS = 64;

    private final IntervalFunction limit;
    private final RandomGenerator random;

    /**
     * @param base the limit before the second attempt, above zero
     * @param factor by what the limit grows with each attempt, at least 1
     * @param cap the highest limit, at least the base
     */
    public Backoff(Duration base, double factor, Duration cap, RandomGenerator random) {
        this.limit = IntervalFunction.ofExponentialBackoff(base, factor, cap);
        this.random = random;
    }

    /**
     * The delay after so many failed attempts, to the millisecond, at least one.
     *
     * @param attempts at least 1
     */
    public Duration after(int attempts) {
        long longest = limit.apply(Math.min(attempts, MOST_STEPS));
        return Duration.ofMillis(1 + random.nextLong(longest));
    }
}
