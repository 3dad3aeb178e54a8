package dev.headgate.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What became of messages.
 *
 * @param what in a word or a sentence
 * @param rows of the user's tables
 * @param outbox entries that were written
 * @param jobs that were enqueued
 * @param deadLetters that were written
 * @param objects that were put
 * @param notes what could not be looked at
 */
record Outcome(
        What what,
        List<RowChange> rows,
        List<JsonNode> outbox,
        List<JsonNode> jobs,
        List<JsonNode> deadLetters,
        List<JsonNode> objects,
        List<String> notes) {

    private static final int MOST_OF_AN_ERROR = 300;

    enum What {
        APPLIED("applied"),
        DUPLICATE("duplicate"),
        DEAD_LETTER("dead letter"),
        FILTERED("filtered");

        private final String word;

        What(String word) {
            this.word = word;
        }
    }

    String text() {
        StringBuilder text = new StringBuilder("   ").append(what.word);
        if (what == What.DEAD_LETTER) {
            text.append(' ').append(deadLetter(deadLetters.get(0)));
        } else if (what == What.FILTERED) {
            text.append(": no batch took it");
        }
        text.append('\n');
        rows.forEach(row -> line(text, row.text()));
        outbox.forEach(entry -> line(
                text,
                "outbox %s %s: %s"
                        .formatted(
                                entry.path("destination").asText(),
                                entry.path("key").asText("-"),
                                entry.path("payload").asText())));
        jobs.forEach(job -> line(
                text,
                "job %s: %s"
                        .formatted(
                                job.path("queue").asText(), job.path("payload").asText())));
        objects.forEach(object -> line(
                text,
                "object %s/%s: %d messages"
                        .formatted(
                                object.path("bucket").asText(),
                                object.path("key").asText(),
                                object.path("messages").asLong())));
        notes.forEach(note -> line(text, note));
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append("     ").append(line).append('\n');
    }

    private static String deadLetter(JsonNode letter) {
        String error = letter.path("error").asText("");
        return "at step %s: %s%s"
                .formatted(
                        letter.path("step").asText(),
                        letter.path("reason").asText(),
                        error.isEmpty()
                                ? ""
                                : " (" + error.substring(0, Math.min(error.length(), MOST_OF_AN_ERROR)) + ")");
    }

    ObjectNode json(Input message) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("key", message.key());
        json.put("message", message.text());
        json.put("outcome", what.word);
        if (what == What.DEAD_LETTER) {
            json.set("deadLetter", deadLetters.get(0));
        }
        json.putArray("rows").addAll(rows.stream().map(RowChange::json).toList());
        json.putArray("outbox").addAll(outbox);
        json.putArray("jobs").addAll(jobs);
        json.putArray("objects").addAll(objects);
        json.putArray("notes")
                .addAll(notes.stream().map(JsonNodeFactory.instance::textNode).toList());
        return json;
    }
}
