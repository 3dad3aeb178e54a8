package dev.headgate.manage.status;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.Held;
import dev.headgate.manage.meters.Buckets;
import dev.headgate.manage.meters.MeterSnapshot;
import dev.headgate.manage.meters.Meters;
import dev.headgate.manage.slo.Budget;
import dev.headgate.manage.slo.Counts;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.status.History.Point;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the meters every five seconds and remembers 15 minutes of what a chart shows, and three days of what an objective
 * needs. Thread-safe.
 */
public final class Status implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Status.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int SAMPLES_OF_A_MINUTE = 12;
    private static final int SAMPLES_OF_A_RATE = 2;

    private final Supplier<MeterSnapshot> meters;
    private final ProcessReader reader;
    private final History history = new History(INTERVAL);
    private final Map<String, Budget> budgets = new ConcurrentHashMap<>();
    /** The oldest is the first, a minute ago. */
    private final Deque<MeterSnapshot> recent = new ArrayDeque<>();

    private final MeterSnapshot first;
    private final ScheduledExecutorService thread;
    private int samples;

    /**
     * Begins to read.
     *
     * @param writes whether who has credentials may change something
     */
    public Status(
            CamelContext context,
            InflightLimit limit,
            Supplier<MeterSnapshot> meters,
            Supplier<Collection<Held>> holds,
            boolean writes) {
        this.meters = meters;
        this.reader = new ProcessReader(context, limit, holds, history, budgets, writes);
        this.first = meters.get();
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "status");
            daemon.setDaemon(true);
            return daemon;
        });
        sample();
        var unused = thread.scheduleAtFixedRate(
                this::sampleOrSay, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is so now, as JSON: what the page and {@code headgate slo} read. */
    public String json() {
        MeterSnapshot now = meters.get();
        MeterDelta minute;
        MeterDelta moment;
        synchronized (recent) {
            minute = new MeterDelta(recent.getFirst(), now);
            moment = new MeterDelta(samplesAgo(SAMPLES_OF_A_RATE), now);
        }
        return StatusJson.text(reader.read(first.at(), moment, minute));
    }

    @Override
    public void close() {
        thread.shutdownNow().clear();
    }

    /** An exception would end the schedule. */
    private void sampleOrSay() {
        try {
            sample();
        } catch (RuntimeException e) {
            LOG.warn("The status page misses a sample: {}", e.toString());
        }
    }

    private void sample() {
        MeterSnapshot now = meters.get();
        MeterDelta last;
        MeterDelta minute;
        synchronized (recent) {
            last = new MeterDelta(samplesAgo(1), now);
            minute = new MeterDelta(recent.isEmpty() ? now : recent.getFirst(), now);
            if (recent.size() == SAMPLES_OF_A_MINUTE) {
                recent.removeFirst();
            }
            recent.addLast(now);
        }
        Map<String, Point> points = new HashMap<>();
        for (String pipeline : now.first(Meters.INFLIGHT_MESSAGES)) {
            points.put(
                    pipeline,
                    new Point(
                            last.perSecond(Meters.STAGE_MESSAGES, pipeline, "acknowledge"),
                            waiting(now, pipeline),
                            minute.quantile(0.99, Meters.FRESHNESS, pipeline),
                            last.increase(Meters.OUTCOMES, pipeline, "dead_letter")));
            if (samples % SAMPLES_OF_A_MINUTE == 0) {
                budgets.computeIfAbsent(pipeline, name -> new Budget()).add(counts(now, pipeline));
            }
        }
        history.add(now.at(), points);
        samples++;
    }

    private MeterSnapshot samplesAgo(int back) {
        MeterSnapshot found = first;
        int skip = Math.max(0, recent.size() - back);
        for (MeterSnapshot reading : recent) {
            if (skip-- == 0) {
                found = reading;
            }
        }
        return found;
    }

    /** Messages in the source; NaN if it has not been asked yet. */
    static double waiting(MeterSnapshot now, String pipeline) {
        double lag = now.sum(Meters.KAFKA_LAG, pipeline);
        return Double.isNaN(lag) ? now.value(Meters.SQS_MESSAGES, pipeline, "visible") : lag;
    }

    /** What the objectives need, from the same meters as the recorded rules. */
    static Counts counts(MeterSnapshot now, String pipeline) {
        Buckets freshness = now.histogram(Meters.FRESHNESS, pipeline);
        double failed = now.series(Meters.STAGE_ERRORS).entrySet().stream()
                .filter(series -> series.getKey().get(0).equals(pipeline)
                        && series.getKey().get(1).equals("process")
                        && !series.getKey().get(2).equals("rejected"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        return new Counts(
                freshness == null ? 0 : freshness.count(),
                freshness == null ? 0 : freshness.above((double) Objective.FRESH.toSeconds()),
                zeroIfUnknown(now.value(Meters.WAITING_LATE, pipeline)),
                now.value(Meters.STAGE_MESSAGES, pipeline, "source"),
                failed,
                now.value(Meters.STAGE_MESSAGES, pipeline, "acknowledge"),
                waiting(now, pipeline));
    }

    private static double zeroIfUnknown(double value) {
        return Double.isNaN(value) ? 0 : value;
    }
}
