package dev.headgate.manage.meters;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What Headgate's own meters say at one moment; series are named by the values of their labels, in the meter's order. Immutable. */
public final class MeterSnapshot {

    private static final String PREFIX = "headgate_";
    private static final Map<String, Meters> BY_FAMILY =
            Arrays.stream(Meters.values()).collect(Collectors.toMap(MeterSnapshot::family, Function.identity()));

    private final Instant at;
    private final Map<Meters, Map<List<String>, Double>> values = new EnumMap<>(Meters.class);
    private final Map<Meters, Map<List<String>, Buckets>> histograms = new EnumMap<>(Meters.class);

    private MeterSnapshot(Instant at) {
        this.at = at;
    }

    static MeterSnapshot of(PrometheusRegistry registry, Instant at) {
        MeterSnapshot reading = new MeterSnapshot(at);
        for (MetricSnapshot family : registry.scrape(name -> name.startsWith(PREFIX))) {
            Meters meter = BY_FAMILY.get(family.getMetadata().getPrometheusName());
            if (meter != null) {
                family.getDataPoints().forEach(point -> reading.add(meter, point));
            }
        }
        return reading;
    }

    public Instant at() {
        return at;
    }

    /** NaN if there is no such series. */
    public double value(Meters meter, String... labels) {
        return series(meter).getOrDefault(List.of(labels), Double.NaN);
    }

    /** All series of a meter that is no histogram. */
    public Map<List<String>, Double> series(Meters meter) {
        return values.getOrDefault(meter, Map.of());
    }

    /** The sum of those series whose first label has this value; NaN if there is none. */
    public double sum(Meters meter, String first) {
        return series(meter).entrySet().stream()
                .filter(series -> series.getKey().get(0).equals(first))
                .mapToDouble(Map.Entry::getValue)
                .reduce((a, b) -> a + b)
                .orElse(Double.NaN);
    }

    /** Null if there is no such series. */
    public @Nullable Buckets histogram(Meters meter, String... labels) {
        return histograms.getOrDefault(meter, Map.of()).get(List.of(labels));
    }

    /** The values that the first label of a meter has. */
    public Set<String> first(Meters meter) {
        Set<String> first = new TreeSet<>();
        series(meter).keySet().forEach(labels -> first.add(labels.get(0)));
        histograms.getOrDefault(meter, Map.of()).keySet().forEach(labels -> first.add(labels.get(0)));
        return first;
    }

    private void add(Meters meter, DataPointSnapshot point) {
        List<String> labels =
                meter.labels().stream().map(point.getLabels()::get).toList();
        if (point instanceof HistogramDataPointSnapshot histogram) {
            histograms
                    .computeIfAbsent(meter, key -> new HashMap<>())
                    .put(labels, buckets(histogram.getClassicBuckets()));
        } else if (point instanceof CounterDataPointSnapshot counter) {
            values.computeIfAbsent(meter, key -> new HashMap<>()).put(labels, counter.getValue());
        } else if (point instanceof GaugeDataPointSnapshot gauge) {
            values.computeIfAbsent(meter, key -> new HashMap<>()).put(labels, gauge.getValue());
        }
    }

    private static Buckets buckets(ClassicHistogramBuckets buckets) {
        double[] bounds = new double[buckets.size()];
        long[] counts = new long[buckets.size()];
        for (int i = 0; i < buckets.size(); i++) {
            bounds[i] = buckets.getUpperBound(i);
            counts[i] = buckets.getCount(i);
        }
        return new Buckets(bounds, counts);
    }

    /** The library names a counter without its suffix. */
    private static String family(Meters meter) {
        return meter.meterName().replaceFirst("_(total|info)$", "");
    }
}
