package dev.headgate.bench;

import dev.headgate.bench.Second.Phase;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a spike was borne.
 *
 * @param highestFreshnessP99Millis of any second from the spike on
 * @param returnedAfterSeconds from the spike's end until lag and freshness were at their baseline; null if they were not
 *     within the time given
 * @param sustained whether the baseline rate itself was applied as fast as it was sent
 */
record SpikeResult(
        SpikeLoad load,
        Baseline baseline,
        long highestFreshnessP99Millis,
        long highestLag,
        long highestInflight,
        @Nullable Integer returnedAfterSeconds,
        boolean sustained,
        int processors,
        List<Second> seconds) {
    private static final double SUSTAINED_SHARE = 0.95;

    static SpikeResult of(SpikeLoad load, List<Second> seconds) {
        List<Second> before = in(Phase.BASELINE, seconds);
        List<Second> after = in(Phase.RECOVERY, seconds);
        var baseline = Baseline.of(before);
        var sinceSpike = seconds.stream()
                .filter(second -> second.phase().compareTo(Phase.SPIKE) >= 0)
                .toList();
        var returned = baseline.returnedAfter(after);
        return new SpikeResult(
                load,
                baseline,
                sinceSpike.stream()
                        .map(Second::freshnessP99Millis)
                        .filter(Objects::nonNull)
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0),
                sinceSpike.stream().mapToLong(Second::lag).max().orElse(0),
                sinceSpike.stream().mapToLong(Second::inflight).max().orElse(0),
                returned.isPresent() ? returned.getAsInt() : null,
                before.stream().mapToLong(Second::appliedPerSecond).average().orElse(0)
                        >= SUSTAINED_SHARE * load.rate(),
                Runtime.getRuntime().availableProcessors(),
                List.copyOf(seconds));
    }

    /** What a person wants to know at the end of the table. */
    String text() {
        return String.format(
                        Locale.ROOT,
                        "%nBaseline   freshness p99 %,d ms, lag %,d at %,d messages/s%n"
                                + "Highest    freshness p99 %,d ms, lag %,d, inflight %,d at %,d messages/s for %d s%n",
                        baseline.freshnessP99Millis(),
                        baseline.lag(),
                        load.rate(),
                        highestFreshnessP99Millis,
                        highestLag,
                        highestInflight,
                        load.spikeRate(),
                        load.spikeSeconds())
                + (returnedAfterSeconds == null
                        ? "Returned   not within %d s%n".formatted(load.recoverySeconds())
                        : "Returned   %d s after the spike%n".formatted(returnedAfterSeconds))
                + (sustained ? "" : "The baseline rate itself was not sustained: choose a lower --rate.%n".formatted());
    }

    private static List<Second> in(Phase phase, List<Second> seconds) {
        return seconds.stream().filter(second -> second.phase() == phase).toList();
    }
}
