package dev.headgate.rehearsal;

import java.util.List;

/**
 * What became of messages.
 *
 * @param what in a word or a sentence
 * @param rows of tables that are gone and that are new, each with a sign and its table
 * @param outbox entries that were written
 * @param jobs that were enqueued
 * @param deadLetters that were written
 * @param objects that were put
 */
record Outcome(
        String what,
        List<String> rows,
        List<String> outbox,
        List<String> jobs,
        List<String> deadLetters,
        List<String> objects) {

    String text() {
        StringBuilder text = new StringBuilder("   ").append(what).append('\n');
        rows.forEach(row -> text.append("     ").append(row).append('\n'));
        outbox.forEach(entry -> text.append("     outbox ").append(entry).append('\n'));
        jobs.forEach(job -> text.append("     job ").append(job).append('\n'));
        objects.forEach(object -> text.append("     object ").append(object).append('\n'));
        return text.toString();
    }
}
