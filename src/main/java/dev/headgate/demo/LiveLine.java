package dev.headgate.demo;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * One line of text for each look at a running demo: rates and latencies since the last look, counts since the start.
 *
 * <p>{@link #endToEnd} may be called by any thread; {@link #next} belongs to one.
 */
public final class LiveLine {
    private static final long LONGEST = TimeUnit.HOURS.toMicros(1);

    /** What the demo looks like at a moment; counts since its start, inflight and lag as they are. */
    public record Figures(
            Duration elapsed,
            long produced,
            long applied,
            long duplicates,
            long deadLetters,
            long inflight,
            long lag) {}

    private final Recorder latencies = new Recorder(LONGEST, 3);
    private Figures last = new Figures(Duration.ZERO, 0, 0, 0, 0, 0, 0);

    /** Records the time from producing a message to its entry's arrival in the target topic. */
    public void endToEnd(Duration latency) {
        latencies.recordValue(Math.min(Math.max(0, latency.toNanos() / 1000), LONGEST));
    }

    /** The line for the time since the last call. */
    public String next(Figures now) {
        Histogram since = latencies.getIntervalHistogram();
        double seconds = Math.max(0.001, now.elapsed.minus(last.elapsed).toNanos() / 1e9);
        String line = String.format(
                Locale.ROOT,
                "%4ds  in %,7.0f/s  applied %,7.0f/s  duplicates %,9d  dead letters %,6d  inflight %,6d  lag %,8d"
                        + "  end to end p50 %s p99 %s",
                now.elapsed.toSeconds(),
                (now.produced - last.produced) / seconds,
                (now.applied - last.applied) / seconds,
                now.duplicates,
                now.deadLetters,
                now.inflight,
                now.lag,
                percentile(since, 50),
                percentile(since, 99));
        last = now;
        return line;
    }

    private static String percentile(Histogram histogram, double percentile) {
        if (histogram.getTotalCount() == 0) {
            return "      -";
        }
        double millis = histogram.getValueAtPercentile(percentile) / 1000.0;
        return millis < 10_000
                ? String.format(Locale.ROOT, "%4.0f ms", millis)
                : String.format(Locale.ROOT, "%5.1f s", millis / 1000);
    }
}
