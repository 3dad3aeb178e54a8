package dev.headgate.demo;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * One line of text for each look at a running demo: rates and latencies, end to end, since the last look, counts since the
 * start. It has at most 100 columns.
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
                "%4ds in %4s/s applied %4s/s duplicates %4s dead %4s inflight %4s lag %4s p50 %5s p99 %5s",
                now.elapsed.toSeconds(),
                count(Math.round((now.produced - last.produced) / seconds)),
                count(Math.round((now.applied - last.applied) / seconds)),
                count(now.duplicates),
                count(now.deadLetters),
                count(now.inflight),
                count(now.lag),
                text(since.percentile(50)),
                text(since.percentile(99)));
        last = now;
        return line;
    }

    /** Four digits, then thousands, then millions. */
    private static String count(long number) {
        if (number < 10_000) {
            return Long.toString(number);
        }
        return number < 1_000_000 ? number / 1_000 + "k" : number / 1_000_000 + "M";
    }

    private static String text(Optional<Duration> latency) {
        return latency.map(time -> time.toMillis() / 1_000.0)
                .map(seconds -> String.format(Locale.ROOT, seconds < 10 ? "%.2fs" : "%.0fs", seconds))
                .orElse("-");
    }
}
