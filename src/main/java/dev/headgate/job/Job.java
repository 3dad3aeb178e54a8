package dev.headgate.job;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A claimed job: one attempt to be made by this process.
 *
 * @param attempt from 1
 * @param lag from when it was due to when it was claimed, by the clock of the database
 * @param headers the text of a JSON object
 * @param lease under which it was claimed
 * @param claimedNanos when, by {@link System#nanoTime}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy of each payload would cost more than it guards
record Job(
        long id,
        String queue,
        int attempt,
        int maxAttempts,
        Instant scheduledAt,
        Duration lag,
        @Nullable String headers,
        byte @Nullable [] payload,
        long lease,
        long claimedNanos) {

    int bytes() {
        return (payload == null ? 0 : payload.length) + (headers == null ? 0 : headers.length());
    }
}
