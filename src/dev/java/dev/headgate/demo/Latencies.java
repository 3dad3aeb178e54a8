package dev.headgate.demo;

import static java.time.temporal.ChronoUnit.MICROS;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Percentiles of durations, interval by interval.
 *
 * <p>{@link #add} may be called by any thread; {@link #next} belongs to one.
 */
public final class Latencies {
    private static final long LONGEST = TimeUnit.HOURS.toMicros(1);

    /** What was added in one interval. */
    public static final class Interval {
        private final Histogram micros;

        private Interval(Histogram micros) {
            this.micros = micros;
        }

        /** The duration that so many of a hundred did not exceed; empty if there was none. */
        public Optional<Duration> percentile(double percentile) {
            return micros.getTotalCount() == 0
                    ? Optional.empty()
                    : Optional.of(Duration.of(micros.getValueAtPercentile(percentile), MICROS));
        }
    }

    private final Recorder recorder = new Recorder(LONGEST, 3);

    public void add(Duration latency) {
        recorder.recordValue(Math.min(Math.max(0, latency.toNanos() / 1000), LONGEST));
    }

    /** What was added since the last call. */
    public Interval next() {
        return new Interval(recorder.getIntervalHistogram());
    }
}
