package dev.headgate.cli.jobs;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.PayloadText;
import dev.headgate.job.JobInfo;
import dev.headgate.job.JobState;
import dev.headgate.job.QueueInfo;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs and queues for programs. */
final class JobJson {

    static final JsonText JSON = new JsonText(JobInfo.class, Names.class);

    private JobJson() {}

    interface Names {
        @JsonProperty("inserted")
        Instant insertedAt();

        @JsonProperty("scheduled")
        Instant scheduledAt();

        @JsonProperty("attempted")
        @Nullable
        Instant attemptedAt();

        @JsonProperty("ended")
        @Nullable
        Instant endedAt();

        @JsonProperty("process")
        @Nullable
        String holder();

        @JsonRawValue
        String errors();

        @JsonIgnore
        byte @Nullable [] payload();
    }

    record Whole(@JsonUnwrapped JobInfo job, @JsonUnwrapped PayloadText payload) {

        Whole(JobInfo job) {
            this(job, PayloadText.of(job.payload()));
        }
    }

    /** @param jobs how many of each state */
    record Queue(
            String queue,
            long lagMillis,
            @Nullable Instant paused,
            @Nullable Instant nextRun,
            Map<JobState, Long> jobs) {

        static Queue of(QueueInfo info) {
            Map<JobState, Long> jobs = new EnumMap<>(JobState.class);
            for (JobState state : JobState.values()) {
                jobs.put(state, info.jobs().getOrDefault(state, 0L));
            }
            return new Queue(info.queue(), info.lag().toMillis(), info.pausedAt(), info.nextRunAt(), jobs);
        }
    }

    record Pause(String queue, boolean paused) {}
}
