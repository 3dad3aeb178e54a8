package dev.headgate.cli.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.cli.command.PayloadText;
import dev.headgate.cli.command.TextTable;
import dev.headgate.cli.deadletters.DeadLetterText;
import dev.headgate.job.JobInfo;
import dev.headgate.job.JobState;
import dev.headgate.job.QueueInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Jobs and queues, for people and for programs; times as those of dead letters. */
final class JobTexts {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    private JobTexts() {}

    static String table(List<JobInfo> jobs) {
        TextTable table = new TextTable(
                List.of("ID", "QUEUE", "STATE", "TRIED", "PRIO", "DUE", "ENDED", "LAST ERROR"),
                List.of(10, 20, 9, 7, 4, 16, 16, 34));
        jobs.forEach(job -> table.add(
                Long.toString(job.id()),
                job.queue(),
                job.state().toString(),
                job.attempt() + (job.maxAttempts() == null ? "" : "/" + job.maxAttempts()),
                Integer.toString(job.priority()),
                DeadLetterText.time(job.scheduledAt()),
                DeadLetterText.time(job.endedAt()),
                lastError(job)));
        return table.toString();
    }

    static String text(JobInfo job) {
        List<String> lines = new ArrayList<>();
        add(lines, "id", job.id());
        add(lines, "queue", job.queue());
        add(lines, "state", job.state());
        add(lines, "priority", job.priority());
        add(lines, "attempts", job.attempt() + (job.maxAttempts() == null ? "" : " of " + job.maxAttempts()));
        add(lines, "enqueued", time(job.insertedAt()));
        add(lines, "due", time(job.scheduledAt()));
        add(lines, "begun", time(job.attemptedAt()));
        add(lines, "ended", time(job.endedAt()));
        add(lines, "process", job.holder());
        job.headers().forEach((name, value) -> add(lines, "header", name + ": " + value));
        errors(job).forEach(error -> add(lines, "error", error(error)));
        byte[] payload = job.payload();
        String text = PayloadText.text(payload);
        add(lines, "payload", payload == null ? "none" : payload.length + " bytes" + (text == null ? ", base64" : ""));
        if (payload != null) {
            lines.add("");
            lines.add(text == null ? PayloadText.base64(payload) : text);
        }
        return String.join("\n", lines) + "\n";
    }

    private static String error(JsonNode error) {
        Instant at = OffsetDateTime.parse(error.path("at").asText()).toInstant();
        return "attempt %s, %s: %s"
                .formatted(
                        error.path("attempt").asText(),
                        time(at),
                        error.path("error").asText());
    }

    static String json(List<JobInfo> jobs) {
        ArrayNode array = JSON.createArrayNode();
        jobs.forEach(job -> array.add(object(job)));
        return array.toPrettyString() + "\n";
    }

    static String json(JobInfo job) {
        byte[] payload = job.payload();
        return object(job)
                        .put("payload", PayloadText.text(payload))
                        .put("payloadBase64", payload == null ? null : PayloadText.base64(payload))
                        .toPrettyString()
                + "\n";
    }

    static String queues(List<QueueInfo> queues) {
        TextTable table =
                new TextTable(List.of("QUEUE", "LAG", "PAUSED", "NEXT RUN", "JOBS"), List.of(24, 10, 16, 16, 120));
        queues.forEach(queue -> table.add(
                queue.queue(),
                span(queue.lag()),
                DeadLetterText.time(queue.pausedAt()),
                DeadLetterText.time(queue.nextRunAt()),
                queue.jobs().entrySet().stream()
                        .map(count -> count.getKey() + " " + count.getValue())
                        .collect(Collectors.joining(", "))));
        return table.toString();
    }

    static String queuesJson(List<QueueInfo> queues) {
        ArrayNode array = JSON.createArrayNode();
        queues.forEach(queue -> {
            ObjectNode object = array.addObject()
                    .put("queue", queue.queue())
                    .put("lagMillis", queue.lag().toMillis())
                    .put("paused", text(queue.pausedAt()))
                    .put("nextRun", text(queue.nextRunAt()));
            ObjectNode jobs = object.putObject("jobs");
            for (JobState state : JobState.values()) {
                jobs.put(state.toString(), queue.jobs().getOrDefault(state, 0L));
            }
        });
        return array.toPrettyString() + "\n";
    }

    static String paused(String queue, boolean paused) {
        return JSON.createObjectNode().put("queue", queue).put("paused", paused).toString();
    }

    private static ObjectNode object(JobInfo job) {
        ObjectNode object = JSON.createObjectNode()
                .put("id", job.id())
                .put("queue", job.queue())
                .put("state", job.state().toString())
                .put("priority", job.priority())
                .put("attempt", job.attempt())
                .put("maxAttempts", job.maxAttempts())
                .put("inserted", job.insertedAt().toString())
                .put("scheduled", job.scheduledAt().toString())
                .put("attempted", text(job.attemptedAt()))
                .put("ended", text(job.endedAt()))
                .put("process", job.holder());
        object.set("headers", JSON.valueToTree(job.headers()));
        object.set("errors", errors(job));
        return object;
    }

    private static JsonNode errors(JobInfo job) {
        try {
            return JSON.readTree(job.errors());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String lastError(JobInfo job) {
        JsonNode errors = errors(job);
        return errors.isEmpty()
                ? ""
                : errors.get(errors.size() - 1).path("error").asText();
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private static void add(List<String> lines, String name, @Nullable Object value) {
        if (value != null && !value.equals("")) {
            lines.add("%-12s%s".formatted(name, value));
        }
    }

    private static String time(@Nullable Instant instant) {
        return instant == null ? "" : TIME.format(instant);
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
