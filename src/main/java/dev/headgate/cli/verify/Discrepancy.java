package dev.headgate.cli.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as it should be, or that could not be looked at.
 *
 * @param pipeline the pipeline or route that it is of; null if it is of none
 * @param where the partition, topic, bucket or queue
 * @param count of messages, entries, objects or jobs
 * @param examples the first of them
 * @param what a part of a sentence
 * @param remedy an order, with a full stop
 */
record Discrepancy(
        Kind kind,
        Severity severity,
        @Nullable String pipeline,
        String where,
        long count,
        List<Example> examples,
        String what,
        String remedy) {

    /** What kinds there are. */
    enum Kind {
        LOST,
        UNPROVEN,
        DELETED_UNREAD,
        BEYOND_THE_END,
        OTHER_CONTENT,
        NO_RECORD,
        SENT_TWICE,
        OUT_OF_ORDER,
        NOT_IN_TARGET,
        PENDING,
        OBJECT_MISSING,
        OBJECT_DIFFERS,
        ORPHAN_JOB,
        NOT_LOOKED_AT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How much it weighs: only an error is a promise that was not kept. */
    enum Severity {
        ERROR,
        WARNING,
        NOTE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One of many.
     *
     * @param position where it is
     * @param key what it is known by; null if there is nothing
     */
    record Example(String position, @Nullable String key) {

        private String text() {
            return key == null ? position : position + " (" + key + ")";
        }
    }

    /** Counts, and keeps the first few. Not thread-safe. */
    static final class Examples {

        private static final int MOST = 5;

        private final List<Example> first = new ArrayList<>();
        private long count;

        void add(String position, @Nullable String key) {
            add(1, position, key);
        }

        void add(long counts, String position, @Nullable String key) {
            count += counts;
            if (first.size() < MOST) {
                first.add(new Example(position, key));
            }
        }

        long count() {
            return count;
        }

        boolean isEmpty() {
            return count == 0;
        }

        Discrepancy as(
                Kind kind, Severity severity, @Nullable String pipeline, String where, String what, String remedy) {
            return new Discrepancy(kind, severity, pipeline, where, count, List.copyOf(first), what, remedy);
        }
    }

    /** One line for people. */
    String text() {
        String place = pipeline == null ? where : pipeline + ", " + where;
        String shown = examples.isEmpty()
                ? ""
                : ", " + (count > examples.size() ? "such as " : "")
                        + examples.stream().map(Example::text).collect(Collectors.joining(", "));
        return "%s: %s: %s %s%s: %s".formatted(severity, kind, place, what.formatted(count), shown, remedy);
    }
}
