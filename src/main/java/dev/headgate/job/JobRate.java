package dev.headgate.job;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How many jobs of a queue this process may begin in a second. Not thread-safe. */
final class JobRate {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final @Nullable RateLimiter limiter;

    /** @param perSecond 0 for any number */
    JobRate(int perSecond) {
        this.limiter = perSecond == 0
                ? null
                : RateLimiter.of(
                        "job",
                        RateLimiterConfig.custom()
                                .limitForPeriod(perSecond)
                                .limitRefreshPeriod(SECOND)
                                .timeoutDuration(Duration.ZERO)
                                .build());
    }

    /** How many may begin now. */
    int available() {
        return limiter == null
                ? Integer.MAX_VALUE
                : Math.max(0, limiter.getMetrics().getAvailablePermissions());
    }

    /** So many begin, at most as many as were available. */
    void taken(int jobs) {
        if (limiter != null && jobs > 0) {
            boolean unused = limiter.acquirePermission(jobs);
        }
    }

    /** How long to wait before asking again. */
    Duration untilMore() {
        return SECOND.dividedBy(20);
    }
}
