package dev.headgate.bench;

import static java.util.concurrent.TimeUnit.MICROSECONDS;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongUnaryOperator;
import org.HdrHistogram.Histogram;

/** When each of some messages got to a place: microseconds since 1970, by the clock of this machine. */
final class Times {
    private static final long SECOND = 1_000_000;
    private static final double FULL = 0.9;
    private static final long SHORTEST_SLEEP_NANOS = 1_000_000;

    private final long[] byNumber;
    private final long[] sorted;

    /**
     * @param byNumber of the messages, from the first
     * @throws IllegalStateException if there is none, or one of them, at zero, did not get there
     */
    Times(long[] byNumber) {
        this.byNumber = byNumber.clone();
        this.sorted = byNumber.clone();
        Arrays.sort(sorted);
        long lost = Arrays.stream(byNumber).filter(time -> time == 0).count();
        if (lost > 0 || byNumber.length == 0) {
            throw new IllegalStateException("Of %,d messages %,d did not get there".formatted(byNumber.length, lost));
        }
    }

    static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** When each is due at a rate, by its number from zero. */
    static LongUnaryOperator evenly(long start, int perSecond) {
        return number -> start + number * SECOND / perSecond;
    }

    /** At most a few milliseconds too long. */
    static void sleepUntil(long moment) {
        long left = moment - now();
        while (left > 0) {
            LockSupport.parkNanos(Math.max(MICROSECONDS.toNanos(left), SHORTEST_SLEEP_NANOS));
            left = moment - now();
        }
    }

    long first() {
        return sorted[0];
    }

    long last() {
        return sorted[sorted.length - 1];
    }

    /** When half of them had come. */
    long middle() {
        return sorted[sorted.length / 2];
    }

    /** How many came later than this. */
    int after(long moment) {
        int later = Arrays.binarySearch(sorted, moment + 1);
        if (later < 0) {
            return sorted.length - (-later - 1);
        }
        while (later > 0 && sorted[later - 1] == sorted[later]) {
            later--;
        }
        return sorted.length - later;
    }

    /** Messages a second of the second half. */
    double finalRate() {
        return after(middle()) * (double) SECOND / Math.max(1, last() - middle());
    }

    /** The end of the first second that brought 90% of the final rate; empty if there is none. */
    OptionalLong fullSpeed() {
        double enough = FULL * finalRate();
        int from = 0;
        for (int to = 0; to < sorted.length; to++) {
            while (sorted[from] <= sorted[to] - SECOND) {
                from++;
            }
            if (sorted[to] - first() >= SECOND && to - from + 1 >= enough) {
                return OptionalLong.of(sorted[to]);
            }
        }
        return OptionalLong.empty();
    }

    /** How long it took each. */
    Latency since(LongUnaryOperator beginningByNumber) {
        Histogram micros = new Histogram(3);
        for (int number = 0; number < byNumber.length; number++) {
            micros.recordValue(Math.max(0, byNumber[number] - beginningByNumber.applyAsLong(number)));
        }
        return new Latency(
                millis(micros.getValueAtPercentile(50)),
                millis(micros.getValueAtPercentile(99)),
                millis(micros.getValueAtPercentile(99.9)));
    }

    private static double millis(long micros) {
        return Math.round(micros / 100.0) / 10.0;
    }

    /** What so many of a hundred did not exceed, in milliseconds. */
    record Latency(double p50Millis, double p99Millis, double p999Millis) {}
}
