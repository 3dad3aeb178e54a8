package dev.headgate.bench;

import dev.headgate.app.Headgate;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.demo.Latencies;
import dev.headgate.demo.Outcomes;
import dev.headgate.demo.Source;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at a running Headgate and its source, second by second. Used by one thread. */
final class Observer {
    private final Outcomes outcomes = new Outcomes();
    private final BatchSizes batchSizes = new BatchSizes();
    private final Latencies latencies = new Latencies();
    private int second;
    private long lastNanos;
    private long lastProduced;
    private long lastApplied;

    /** The beans that Headgate has to be started with. */
    Map<String, Object> beans() {
        return Map.of("outcomes", outcomes, "batch-sizes", batchSizes);
    }

    /** May be called by any thread. */
    void arrived(Duration latency) {
        latencies.add(latency);
    }

    /** To be called when the load begins. */
    void begin() {
        lastNanos = System.nanoTime();
    }

    /** What happened since the last call. */
    Second next(Second.Phase phase, Headgate headgate, Source source) {
        long nanos = System.nanoTime();
        double seconds = (nanos - lastNanos) / 1e9;
        long produced = source.acknowledged();
        long applied = outcomes.applied();
        Latencies.Interval freshness = latencies.next();
        var row = new Second(
                ++second,
                phase,
                Math.round((produced - lastProduced) / seconds),
                Math.round((applied - lastApplied) / seconds),
                source.backlog(),
                inflight(headgate),
                batchSizes.nextMedian(),
                millis(freshness.percentile(50)),
                millis(freshness.percentile(99)),
                outcomes.deadLetters());
        lastNanos = nanos;
        lastProduced = produced;
        lastApplied = applied;
        return row;
    }

    private static long inflight(Headgate headgate) {
        return headgate.camelContext()
                .getRegistry()
                .lookupByNameAndType("inflightLimit", InflightLimit.class)
                .messages();
    }

    private static @Nullable Long millis(Optional<Duration> latency) {
        return latency.map(Duration::toMillis).orElse(null);
    }
}
