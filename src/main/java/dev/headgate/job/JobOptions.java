package dev.headgate.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/**
 * How jobs are enqueued.
 *
 * @param priority from 0, which comes first, to 9
 * @param scheduledAt null for now
 * @param maxAttempts null for what the queue's consumer says
 * @param unique null if there may be others like them
 */
public record JobOptions(
        String queue,
        int priority,
        @Nullable Instant scheduledAt,
        @Nullable Integer maxAttempts,
        @Nullable Unique unique) {

    private static final String FOREVER = "forever";

    public JobOptions {
        if (queue.isBlank()) {
            throw new IllegalArgumentException("Expected the name of a queue, found none");
        }
        if (priority < 0 || priority > 9) {
            throw new IllegalArgumentException("Expected a priority from 0 to 9, found " + priority);
        }
        if (maxAttempts != null && maxAttempts < 1) {
            throw new IllegalArgumentException("Expected maxAttempts of at least 1, found " + maxAttempts);
        }
    }

    /**
     * A job is not enqueued if its queue has the same one already.
     *
     * @param period how long ago it may have been inserted; null for any time
     * @param states in which it counts
     */
    public record Unique(@Nullable Duration period, Set<JobState> states) {

        public Unique {
            states = Set.copyOf(states);
        }

        /**
         * As text has it.
         *
         * @param period a duration as Camel writes it, or {@code forever}
         * @param states with commas between
         */
        static Unique of(String period, String states) {
            return new Unique(
                    period.equals(FOREVER) ? null : Duration.ofMillis(TimeUtils.toMilliSeconds(period)),
                    Arrays.stream(states.split(",", -1))
                            .map(state -> JobState.of(state.strip()))
                            .collect(Collectors.toSet()));
        }
    }

    /** Due now, with priority 0. */
    public static JobOptions of(String queue) {
        return new JobOptions(queue, 0, null, null, null);
    }
}
