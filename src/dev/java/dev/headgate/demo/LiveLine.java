package dev.headgate.demo;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * One line of text for each look at a running demo: rates and latencies since the last look, counts since the start.
 *
 * <p>{@link #endToEnd} may be called by any thread; {@link #next} belongs to one.
 */
public final class LiveLine {
    /** What the demo looks like at a moment; counts since its start, inflight and lag as they are. */
    public record Figures(
            Duration elapsed,
            long produced,
            long applied,
            long duplicates,
            long deadLetters,
            long inflight,
            long lag) {}

    private final Latencies latencies = new Latencies();
    private Figures last = new Figures(Duration.ZERO, 0, 0, 0, 0, 0, 0);

    /** Records the time from producing a message to its entry's arrival in the target topic. */
    public void endToEnd(Duration latency) {
        latencies.add(latency);
    }

    /** The line for the time since the last call. */
    public String next(Figures now) {
        Latencies.Interval since = latencies.next();
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
                text(since.percentile(50)),
                text(since.percentile(99)));
        last = now;
        return line;
    }

    private static String text(Optional<Duration> latency) {
        if (latency.isEmpty()) {
            return "      -";
        }
        double millis = latency.get().toNanos() / 1e6;
        return millis < 10_000
                ? String.format(Locale.ROOT, "%4.0f ms", millis)
                : String.format(Locale.ROOT, "%5.1f s", millis / 1000);
    }
}
