package dev.headgate.deadletter;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code headgate.dead_letter}, without its payload.
 *
 * @param stage the id of the step or batch that refused it
 * @param reason short, the same for all messages refused for the same cause
 * @param headers in the order in which they came
 * @param source where it was first read
 * @param receivedAt when it was refused, the last time
 * @param attempts how often it was tried, replays included
 * @param replays how often it was sent to its source again
 * @param settledAt when its replay was applied
 * @param held whether it only waits for an earlier one of its key
 * @param cut whether payload and headers are only the beginning of what was too large; it cannot be replayed
 * @param payloadBytes null for a message without a payload
 */
public record DeadLetter(
        long id,
        String pipeline,
        String stage,
        String reason,
        @Nullable String error,
        @Nullable String key,
        List<Header> headers,
        @Nullable Long payloadBytes,
        String source,
        Instant receivedAt,
        int attempts,
        State state,
        boolean held,
        boolean cut,
        int replays,
        @Nullable Instant replayedAt,
        @Nullable Instant settledAt,
        @Nullable String discardedWhy) {

    /** A header in the form that the table has; without a value it is null. */
    public record Header(String name, @Nullable String value) {}

    public enum State {
        DEAD,
        REPLAYED,
        DISCARDED;

        /** As the table has it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public DeadLetter {
        headers = List.copyOf(headers);
    }
}
