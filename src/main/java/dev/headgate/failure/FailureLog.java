package dev.headgate.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs failures without flooding: a warning at their start, one more each minute while they last, each with the present
 * cause, and one line when they are over. What fails again within a minute of its last failure was not over. Not
 * thread-safe.
 */
public final class FailureLog {

    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final Logger log;
    private final String subject;
    private final InstantSource clock;
    private final Diagnosis diagnosis;
    private @Nullable Instant lastLogged;
    private @Nullable Instant lastFailed;
    private long inARow;
    /** Since the last line that says that it works; zero if it does. */
    private long failures;

    private boolean flapping;

    /** Without a diagnosis: it tells what the failure itself says. */
    public FailureLog(Logger log, String subject, InstantSource clock) {
        this(log, subject, clock, Failure::summary);
    }

    /** @param subject what fails, at the beginning of each line */
    public FailureLog(Logger log, String subject, InstantSource clock, Diagnosis diagnosis) {
        this.log = log;
        this.subject = subject;
        this.clock = clock;
        this.diagnosis = diagnosis;
    }

    /** One more failure. */
    public void failed(Throwable cause, String detail) {
        Instant now = clock.instant();
        flapping |= inARow == 0 && isRecent(lastFailed, now);
        inARow++;
        failures++;
        lastFailed = now;
        if (!isRecent(lastLogged, now)) {
            lastLogged = now;
            String count = flapping ? failures + " failures, on and off" : "failure " + inARow + " in a row";
            log.warn("{} fails ({}; {}): {}", subject, detail, count, diagnosis.of(cause));
            log.debug("{} fails", subject, cause);
        }
    }

    /** The latest try went well; logs only if the failures are over with it. */
    public void over() {
        inARow = 0;
        if (failures > 0 && !(flapping && isRecent(lastFailed, clock.instant()))) {
            log.info("{} works again after {} failures", subject, failures);
            failures = 0;
            flapping = false;
        }
    }

    /** Failures in a row so far. */
    public int streak() {
        return (int) Math.min(inARow, Integer.MAX_VALUE);
    }

    private static boolean isRecent(@Nullable Instant event, Instant now) {
        return event != null && now.isBefore(event.plus(REPEAT));
    }
}
