package dev.headgate.job;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code headgate.job}, for people.
 *
 * @param attempt how many have begun
 * @param maxAttempts null before the first one if it is the consumer's to say
 * @param errors the text of a JSON array, one object for each failed attempt
 * @param holder the process that executes it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record JobInfo(
        long id,
        String queue,
        JobState state,
        int priority,
        int attempt,
        @Nullable Integer maxAttempts,
        Instant insertedAt,
        Instant scheduledAt,
        @Nullable Instant attemptedAt,
        @Nullable Instant endedAt,
        @Nullable String holder,
        Map<String, String> headers,
        byte @Nullable [] payload,
        String errors) {}
