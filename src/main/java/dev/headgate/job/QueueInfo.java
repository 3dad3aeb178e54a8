package dev.headgate.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a queue holds.
 *
 * @param jobs how many of each state, those with none left out
 * @param lag how long the job that is due longest has been due; zero if none is
 * @param pausedAt null unless it is paused
 * @param nextRunAt the next run of its schedule, if it has one
 */
public record QueueInfo(
        String queue,
        Map<JobState, Long> jobs,
        Duration lag,
        @Nullable Instant pausedAt,
        @Nullable Instant nextRunAt) {}
