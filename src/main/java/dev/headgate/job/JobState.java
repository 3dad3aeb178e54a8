package dev.headgate.job;

import java.util.Locale;

/** What can be said of a job, in the words of Oban. */
public enum JobState {
    /** Waits for a handler. */
    AVAILABLE,
    /** Waits for its time. */
    SCHEDULED,
    EXECUTING,
    /** An attempt has failed; waits for the time of the next. */
    RETRYABLE,
    COMPLETED,
    CANCELLED,
    /** Its last attempt has failed, or one that said that none can succeed. */
    DISCARDED;

    /** Whether nothing more becomes of it by itself. */
    public boolean isEnd() {
        return this == COMPLETED || this == CANCELLED || this == DISCARDED;
    }

    /** The state as the table has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the table has. */
    public static JobState of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
