package dev.headgate.kafka;

import dev.headgate.failure.Backoff;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How long a partition rests after a failed delivery before it is read again: from 100 ms to 10 s, growing, with a
 * random part, while the same offset keeps failing. Not thread-safe; time is passed in, in nanoseconds.
 */
final class PartitionBackoff<P> {

    static final Duration SHORTEST = Duration.ofMillis(100);
    static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int ENOUGH = 30;

    private record Failing(long offset, int times, long until) {}

    private final Backoff backoff = new Backoff(SHORTEST, 2, LONGEST, Backoff.Jitter.HALF);
    private final Map<P, Failing> failing = new HashMap<>();

    /** The partition has to be read again from this offset; returns how long it rests. */
    Duration failed(P partition, long offset, long now) {
        Failing before = failing.get(partition);
        int times = before != null && before.offset == offset ? Math.min(before.times + 1, ENOUGH) : 1;
        Duration rest = backoff.after(times);
        failing.put(partition, new Failing(offset, times, now + rest.toNanos()));
        return rest;
    }

    /** How often in a row the partition had to be read again from the same offset. */
    int times(P partition) {
        Failing last = failing.get(partition);
        return last == null ? 0 : last.times;
    }

    /** The partitions that rest at this time. */
    Set<P> resting(long now) {
        if (failing.isEmpty()) {
            return Set.of();
        }
        Set<P> resting = new HashSet<>();
        failing.forEach((partition, last) -> {
            if (now - last.until < 0) {
                resting.add(partition);
            }
        });
        return resting;
    }

    /** Partitions that were given up do not rest. */
    void forget(Collection<P> partitions) {
        failing.keySet().removeAll(partitions);
    }
}
