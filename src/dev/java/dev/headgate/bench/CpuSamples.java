package dev.headgate.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The processor time of some processes, read every 200 ms until closed, so that what they used between two moments is
 * known afterwards, when these are. Between two samples it is taken to grow evenly. Thread-safe.
 */
final class CpuSamples implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 200;

    private final Map<String, CpuClock> clocks;
    private final Map<String, NavigableMap<Long, Long>> samples = new LinkedHashMap<>();
    private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();

    private CpuSamples(Map<String, CpuClock> clocks) {
        this.clocks = clocks;
    }

    /** @param clocks by the names of their processes */
    static CpuSamples start(Map<String, CpuClock> clocks) {
        CpuSamples samples = new CpuSamples(clocks);
        var unused = samples.sampler.scheduleAtFixedRate(samples::sample, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return samples;
    }

    private void sample() {
        clocks.forEach((name, clock) -> add(name, Times.now(), clock.micros()));
    }

    private synchronized void add(String name, long moment, long micros) {
        samples.computeIfAbsent(name, any -> new TreeMap<>()).put(moment, micros);
    }

    /** What each process used between two moments, in microseconds. */
    synchronized Map<String, Double> used(long from, long to) {
        sample();
        Map<String, Double> used = new LinkedHashMap<>();
        samples.forEach((name, byMoment) -> used.put(name, at(byMoment, to) - at(byMoment, from)));
        return used;
    }

    /** A moment before the first sample, or after the last, counts as that. */
    static double at(NavigableMap<Long, Long> samples, long moment) {
        Map.Entry<Long, Long> before = samples.floorEntry(moment);
        Map.Entry<Long, Long> after = samples.ceilingEntry(moment);
        if (before == null || after == null) {
            return (before == null ? samples.firstEntry() : samples.lastEntry()).getValue();
        }
        long apart = after.getKey() - before.getKey();
        double part = apart == 0 ? 0 : (double) (moment - before.getKey()) / apart;
        return before.getValue() + part * (after.getValue() - before.getValue());
    }

    @Override
    public void close() {
        sampler.shutdownNow();
    }
}
