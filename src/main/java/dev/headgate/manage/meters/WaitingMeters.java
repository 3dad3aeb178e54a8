package dev.headgate.manage.meters;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.batch.BatchComponent;
import dev.headgate.batch.ManagedBatch;
import dev.headgate.kafka.KafkaLag.Lag;
import dev.headgate.manage.slo.Objective;
import dev.headgate.message.Message;
import dev.headgate.sqs.QueueDepth;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.kafka.common.TopicPartition;

/**
 * Shows what waits for longer than freshness allows: in batches by each message's own timestamp, in the sources by when
 * they had it. What has not ended would not be seen otherwise, however long it waits.
 */
final class WaitingMeters {

    private static final double MILLIS = 1_000;

    /** Two gauges of one scrape are not further apart: what waits may be a hundred thousand messages, and is walked once. */
    private static final long SAME_SCRAPE_NANOS = 50_000_000;

    /** Of one pipeline's messages in batches. */
    private record InBatches(long late, double oldestSeconds) {
        static final InBatches NONE = new InBatches(0, 0);

        InBatches with(double seconds) {
            return new InBatches(
                    late + (seconds > Objective.FRESH.toSeconds() ? 1 : 0), Math.max(oldestSeconds, seconds));
        }
    }

    /** All of them, as they were at a time of {@code System.nanoTime()}. */
    private record Walk(long at, Map<String, InBatches> pipelines) {}

    private record Partition(String pipeline, TopicPartition partition) {}

    private final CamelContext context;
    private final InflightLimit limit;
    private final InstantSource clock;
    private final Map<Partition, Arrivals> partitions = new HashMap<>();
    private final Map<String, Arrivals> queues = new HashMap<>();
    private final Map<String, Long> lateInQueues = new ConcurrentHashMap<>();
    private volatile Map<String, Long> lateInTopics = Map.of();
    private Walk latest = new Walk(System.nanoTime() - SAME_SCRAPE_NANOS, Map.of());

    WaitingMeters(CamelContext context, InflightLimit limit, InstantSource clock) {
        this.context = context;
        this.limit = limit;
        this.clock = clock;
    }

    void show(PrometheusRegistry registry) {
        Meters.WAITING_LATE.gauge(registry, values -> {
            Map<String, InBatches> batches = inBatches();
            for (SourceInflight source : limit.sources()) {
                String pipeline = source.routeId();
                values.call((double) late(pipeline, batches), pipeline);
            }
        });
        Meters.WAITING_OLDEST.gauge(registry, values -> {
            Map<String, InBatches> batches = inBatches();
            for (SourceInflight source : limit.sources()) {
                InBatches mine = batches.getOrDefault(source.routeId(), InBatches.NONE);
                values.call(mine.oldestSeconds, source.routeId());
            }
        });
    }

    /** What the brokers say now; on the thread that asks them. */
    void topics(List<Lag> lags) {
        long now = System.nanoTime();
        Map<String, Long> late = new HashMap<>();
        for (Lag lag : lags) {
            long waits = partitions
                    .computeIfAbsent(
                            new Partition(lag.pipeline(), lag.partition()), key -> new Arrivals(Objective.FRESH))
                    .late(now, lag.end(), lag.end() - lag.messages());
            late.merge(lag.pipeline(), waits, Long::sum);
        }
        partitions
                .keySet()
                .retainAll(lags.stream()
                        .map(lag -> new Partition(lag.pipeline(), lag.partition()))
                        .collect(Collectors.toSet()));
        lateInTopics = late;
    }

    /** What a queue says now; on the thread that asks it. */
    void queue(String pipeline, QueueDepth depth) {
        long taken = limit.source(pipeline).taken();
        long late = queues.computeIfAbsent(pipeline, name -> new Arrivals(Objective.FRESH))
                .late(System.nanoTime(), taken + depth.visible(), taken);
        lateInQueues.put(pipeline, late);
    }

    /** What a topic has includes what is in batches, for nothing of that is committed; what a queue has visible does not. */
    private long late(String pipeline, Map<String, InBatches> batches) {
        long inBatches = batches.getOrDefault(pipeline, InBatches.NONE).late;
        return Math.max(inBatches, lateInTopics.getOrDefault(pipeline, 0L)) + lateInQueues.getOrDefault(pipeline, 0L);
    }

    private synchronized Map<String, InBatches> inBatches() {
        if (System.nanoTime() - latest.at >= SAME_SCRAPE_NANOS) {
            Map<String, InBatches> pipelines = walk();
            latest = new Walk(System.nanoTime(), pipelines);
        }
        return latest.pipelines;
    }

    private Map<String, InBatches> walk() {
        Map<String, InBatches> pipelines = new HashMap<>();
        if (context.hasComponent("batch") instanceof BatchComponent component) {
            long now = clock.millis();
            for (ManagedBatch batch : component.batches().values()) {
                for (Message message : batch.waiting()) {
                    if (message.timestamp() > 0) {
                        double seconds = Math.max(0, now - message.timestamp()) / MILLIS;
                        pipelines.merge(
                                message.pipeline(),
                                InBatches.NONE.with(seconds),
                                (known, unused) -> known.with(seconds));
                    }
                }
            }
        }
        return pipelines;
    }
}
