package dev.headgate.manage;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests with wrong credentials: how long each waits for its answer, twice as long each time up to five seconds until
 * there was none for a minute, and a line about them once a minute. Who has the right ones never waits. Thread-safe.
 */
final class FailedLogins {

    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** More answers than these do not wait at once: their connections are closed instead. */
    private static final int WAITING = 100;

    private final InstantSource clock;
    private final Runnable count;
    private Duration delay = FIRST;
    private @Nullable Instant last;
    private @Nullable Instant said;
    private long sinceSaid;
    private int waiting;

    /** @param count counts one more */
    FailedLogins(InstantSource clock, Runnable count) {
        this.clock = clock;
        this.count = count;
    }

    /**
     * One more.
     *
     * @param from the address that it came from
     * @return how long its answer is to wait, then {@link #answered}; null if too many wait already
     */
    synchronized @Nullable Duration failed(String from) {
        count.run();
        Instant now = clock.instant();
        if (last == null || !now.isBefore(last.plus(MINUTE))) {
            delay = FIRST;
        }
        last = now;
        sinceSaid++;
        if (said == null || !now.isBefore(said.plus(MINUTE))) {
            LOG.warn(
                    "The management server has refused {} request{} with wrong credentials, the last from {}: send the token"
                            + " of headgate.management.token, or find out who guesses",
                    sinceSaid,
                    sinceSaid == 1 ? "" : "s",
                    from);
            said = now;
            sinceSaid = 0;
        }
        if (waiting == WAITING) {
            return null;
        }
        waiting++;
        Duration wait = delay;
        delay = delay.multipliedBy(2).compareTo(LONGEST) < 0 ? delay.multipliedBy(2) : LONGEST;
        return wait;
    }

    /** One of those that waited has its answer, or is gone. */
    synchronized void answered() {
        waiting--;
    }
}
