package dev.headgate.cli.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.command.Details;
import dev.headgate.cli.command.TextTable;
import dev.headgate.job.JobInfo;
import dev.headgate.job.QueueInfo;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Collectors;

/** Jobs and queues for people. */
final class JobText {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JobText() {}

    static String list(List<JobInfo> jobs) {
        return new TextTable<JobInfo>()
                .column("ID", 10, JobInfo::id)
                .column("QUEUE", 20, JobInfo::queue)
                .column("STATE", 9, JobInfo::state)
                .column("TRIED", 7, job -> attempts(job, "/"))
                .column("PRIO", 4, JobInfo::priority)
                .column("DUE", 16, JobInfo::scheduledAt)
                .column("ENDED", 16, JobInfo::endedAt)
                .column("LAST ERROR", 34, JobText::lastError)
                .text(jobs);
    }

    static String queues(List<QueueInfo> queues) {
        return new TextTable<QueueInfo>()
                .column("QUEUE", 24, QueueInfo::queue)
                .column("LAG", 10, queue -> span(queue.lag()))
                .column("PAUSED", 16, QueueInfo::pausedAt)
                .column("NEXT RUN", 16, QueueInfo::nextRunAt)
                .column("JOBS", 120, JobText::states)
                .text(queues);
    }

    static String show(JobInfo job) {
        Details details = new Details(12)
                .add("id", job.id())
                .add("queue", job.queue())
                .add("state", job.state())
                .add("priority", job.priority())
                .add("attempts", attempts(job, " of "))
                .add("enqueued", job.insertedAt())
                .add("due", job.scheduledAt())
                .add("begun", job.attemptedAt())
                .add("ended", job.endedAt())
                .add("process", job.holder());
        job.headers().forEach((name, value) -> details.add("header", name + ": " + value));
        for (JsonNode error : errors(job)) {
            details.add(
                    "error",
                    "attempt %s, %s: %s"
                            .formatted(
                                    error.path("attempt").asText(),
                                    Details.text(OffsetDateTime.parse(
                                                    error.path("at").asText())
                                            .toInstant()),
                                    error.path("error").asText()));
        }
        return details.payload(job.payload());
    }

    private static String attempts(JobInfo job, String separator) {
        return job.attempt() + (job.maxAttempts() == null ? "" : separator + job.maxAttempts());
    }

    private static String states(QueueInfo queue) {
        return queue.jobs().entrySet().stream()
                .map(count -> count.getKey() + " " + count.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String lastError(JobInfo job) {
        JsonNode errors = errors(job);
        return errors.path(errors.size() - 1).path("error").asText();
    }

    private static JsonNode errors(JobInfo job) {
        try {
            return JSON.readTree(job.errors());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code 90 s}, {@code 5 min}, {@code 7 h}, {@code 3 d}. */
    private static String span(Duration duration) {
        if (duration.toSeconds() < 120) {
            return duration.toSeconds() + " s";
        }
        if (duration.toMinutes() < 120) {
            return duration.toMinutes() + " min";
        }
        return duration.toHours() < 48 ? duration.toHours() + " h" : duration.toDays() + " d";
    }
}
