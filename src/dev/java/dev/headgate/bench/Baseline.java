package dev.headgate.bench;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * What is usual before a spike, and whether it is so again.
 *
 * @param freshnessP99Millis the median of the seconds' p99
 * @param lag the median of the seconds' lag
 */
record Baseline(long freshnessP99Millis, long lag) {
    /** So many seconds in a row make a return. */
    static final int SECONDS_IN_A_ROW = 3;

    private static final double FRESHNESS_FACTOR = 2;
    private static final long FRESHNESS_MARGIN_MILLIS = 100;
    private static final double LAG_FACTOR = 1.5;
    private static final long LAG_MARGIN = 1000;

    /** Of the seconds before the spike. A second in which nothing arrived counts as infinitely stale. */
    static Baseline of(List<Second> seconds) {
        return new Baseline(
                median(seconds.stream().mapToLong(Baseline::freshnessP99Millis)),
                median(seconds.stream().mapToLong(Second::lag)));
    }

    /** Whether freshness is at most twice the usual, or 100 ms more, and lag at most 1.5 times the usual and 1,000. */
    boolean holds(Second second) {
        double freshest =
                Math.max(FRESHNESS_FACTOR * freshnessP99Millis, (double) freshnessP99Millis + FRESHNESS_MARGIN_MILLIS);
        return freshnessP99Millis(second) <= freshest && second.lag() <= LAG_FACTOR * lag + LAG_MARGIN;
    }

    /** How many seconds passed before the first of three in a row that are usual; empty if there are no such three. */
    OptionalInt returnedAfter(List<Second> afterSpike) {
        int usual = 0;
        for (int passed = 0; passed < afterSpike.size(); passed++) {
            usual = holds(afterSpike.get(passed)) ? usual + 1 : 0;
            if (usual == SECONDS_IN_A_ROW) {
                return OptionalInt.of(passed + 1 - SECONDS_IN_A_ROW);
            }
        }
        return OptionalInt.empty();
    }

    private static long freshnessP99Millis(Second second) {
        Long millis = second.freshnessP99Millis();
        return millis == null ? Long.MAX_VALUE : millis;
    }

    private static long median(LongStream values) {
        long[] sorted = values.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("A baseline needs at least one second");
        }
        return sorted[sorted.length / 2];
    }
}
