package dev.headgate.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs a streak of failures without flooding: a warning at its start, one more each minute while it lasts, and one line when
 * it is over. Not thread-safe.
 */
public final class FailureLog {

    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final Logger log;
    private final String subject;
    private final InstantSource clock;
    private @Nullable Instant lastLogged;
    private long failures;

    /** @param subject what fails, at the beginning of each line */
    public FailureLog(Logger log, String subject, InstantSource clock) {
        this.log = log;
        this.subject = subject;
        this.clock = clock;
    }

    /** One more failure. */
    public void failed(Throwable cause, String detail) {
        failures++;
        Instant now = clock.instant();
        if (lastLogged == null || !now.isBefore(lastLogged.plus(REPEAT))) {
            lastLogged = now;
            log.warn("{} fails ({}; failure {} in a row): {}", subject, detail, failures, Failure.summary(cause));
            log.debug("{} fails", subject, cause);
        }
    }

    /** The latest try went well; logs only if a streak ends with it. */
    public void over() {
        if (failures > 0) {
            log.info("{} works again after {} failures", subject, failures);
            failures = 0;
            lastLogged = null;
        }
    }

    /** Failures in a row so far. */
    public int streak() {
        return (int) Math.min(failures, Integer.MAX_VALUE);
    }
}
