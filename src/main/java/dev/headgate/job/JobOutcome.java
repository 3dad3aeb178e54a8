package dev.headgate.job;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.Failure;
import dev.headgate.message.Headers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a job after an attempt.
 *
 * @param counts whether the attempt counts
 * @param delay until the next attempt
 * @param reason short, the same for all that failed for the same cause
 * @param error the details of this attempt
 */
record JobOutcome(
        JobState state,
        boolean counts,
        @Nullable Duration delay,
        @Nullable String reason,
        @Nullable String error) {

    private static final int LONGEST_ERROR = 500;

    static final JobOutcome COMPLETED = new JobOutcome(JobState.COMPLETED, true, null, null, null);

    /** The job was claimed, but not begun. */
    static final JobOutcome GIVEN_BACK = new JobOutcome(JobState.AVAILABLE, false, null, null, null);

    /** What a failure makes of the job. */
    static JobOutcome of(Throwable failure, int attempt, int maxAttempts, Backoff backoff) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SnoozeException snooze) {
                return new JobOutcome(JobState.SCHEDULED, false, snooze.delay(), null, null);
            }
            if (cause instanceof CancelException cancel) {
                return new JobOutcome(
                        JobState.CANCELLED, true, null, "cancelled", text(String.valueOf(cancel.getMessage())));
            }
        }
        Failure told = Failure.of(failure);
        String error = describe(failure);
        return told instanceof Failure.Rejected || attempt >= maxAttempts
                ? new JobOutcome(JobState.DISCARDED, true, null, told.reason(), error)
                : new JobOutcome(JobState.RETRYABLE, true, backoff.after(attempt), told.reason(), error);
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return text(failure.getClass().getSimpleName() + (message == null ? "" : ": " + message));
    }

    private static String text(String text) {
        return Headers.storable(text.substring(0, Math.min(text.length(), LONGEST_ERROR)));
    }
}
