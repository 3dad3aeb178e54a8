package dev.headgate.bench;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One second of {@code bench spike}.
 *
 * @param second since the load began, from 1
 * @param lag messages of the source topic whose offset is not committed, at the end of the second
 * @param inflight messages that were fetched and are not acknowledged, at the end of the second
 * @param batchSize the median size of the batches written in it; null if there was none
 * @param freshnessP50Millis from being sent to the entry's arrival in the target topic, of those that arrived in it;
 *     null if none did
 * @param deadLetters since the load began
 */
record Second(
        int second,
        Phase phase,
        long producedPerSecond,
        long appliedPerSecond,
        long lag,
        long inflight,
        @Nullable Integer batchSize,
        @Nullable Long freshnessP50Millis,
        @Nullable Long freshnessP99Millis,
        long deadLetters) {

    /** The parts of the run, in order. */
    enum Phase {
        /** At the baseline rate, not counted: code is compiled and caches are filled. */
        WARM_UP,
        BASELINE,
        SPIKE,
        /** At the baseline rate again. */
        RECOVERY;

        @Override
        @JsonValue
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static String heading() {
        return "%6s  %-9s %11s %10s %9s %9s %7s %8s %8s %13s"
                .formatted(
                        "second",
                        "phase",
                        "produced/s",
                        "applied/s",
                        "lag",
                        "inflight",
                        "batch",
                        "p50 ms",
                        "p99 ms",
                        "dead letters");
    }

    /** A row of the table below the {@link #heading}. */
    String text() {
        return String.format(
                Locale.ROOT,
                "%6d  %-9s %,11d %,10d %,9d %,9d %7s %8s %8s %,13d",
                second,
                phase,
                producedPerSecond,
                appliedPerSecond,
                lag,
                inflight,
                text(batchSize),
                text(freshnessP50Millis),
                text(freshnessP99Millis),
                deadLetters);
    }

    private static String text(@Nullable Number number) {
        return number == null ? "-" : String.format(Locale.ROOT, "%,d", number.longValue());
    }
}
