package dev.headgate.manage.meters;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.batch.BatchComponent;
import dev.headgate.batch.ManagedBatch;
import dev.headgate.ledger.Ledger;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;

/** Shows what others know at any time: sources, batches and the ledger's memory. Looked up at each scrape. */
final class StateMeters {

    private final PrometheusRegistry registry;
    private final InflightLimit limit;
    private final BatchMeters counted;

    StateMeters(PrometheusRegistry registry, InflightLimit limit, BatchMeters counted) {
        this.registry = registry;
        this.limit = limit;
        this.counted = counted;
    }

    void show(CamelContext context, Ledger ledger) {
        showCounts(ledger);
        showSources();
        showBatches(context);
        Meters.LEDGER_REMEMBERED.gauge(registry, values -> values.call((double) ledger.remembered()));
    }

    private void showCounts(Ledger ledger) {
        Meters.STAGE_MESSAGES.counted(registry, values -> {
            for (SourceInflight source : limit.sources()) {
                PipelineCounts counts = counted.counts(source.routeId());
                values.call((double) source.taken(), source.routeId(), "source");
                values.call((double) counts.closed.sum(), source.routeId(), "process");
                values.call((double) counts.closed.sum(), source.routeId(), "batch");
                values.call((double) counts.committed.sum(), source.routeId(), "sink");
                values.call((double) source.acknowledged(), source.routeId(), "acknowledge");
            }
        });
        Meters.OUTCOMES.counted(registry, values -> {
            Map<String, Long> dropped = ledger.dropped();
            for (SourceInflight source : limit.sources()) {
                PipelineCounts counts = counted.counts(source.routeId());
                long duplicates = counts.duplicates.sum() + dropped.getOrDefault(source.routeId(), 0L);
                values.call((double) counts.applied.sum(), source.routeId(), "applied");
                values.call((double) duplicates, source.routeId(), "duplicate");
                values.call((double) counts.deadLetters.sum(), source.routeId(), "dead_letter");
            }
        });
        Meters.ID_CONFLICTS.counted(registry, values -> limit.sources()
                .forEach(source -> values.call(
                        (double) counted.counts(source.routeId()).conflicts.sum(), source.routeId())));
        Meters.LEDGER_CONFLICTS.counted(registry, values -> limit.sources()
                .forEach(source -> values.call(
                        (double) counted.counts(source.routeId()).duplicates.sum(), source.routeId())));
    }

    private void showSources() {
        source(Meters.INFLIGHT_MESSAGES, SourceInflight::messages);
        source(Meters.INFLIGHT_BYTES, SourceInflight::bytes);
        source(Meters.INFLIGHT_LIMIT_MESSAGES, SourceInflight::maxMessages);
        source(Meters.INFLIGHT_LIMIT_BYTES, SourceInflight::maxBytes);
        Meters.PROCESS_LIMIT_MESSAGES.gauge(registry, values -> values.call((double) limit.maxMessages()));
        Meters.PROCESS_LIMIT_BYTES.gauge(registry, values -> values.call((double) limit.maxBytes()));
        Meters.SOURCE_PAUSED.gauge(registry, values -> {
            for (SourceInflight source : limit.sources()) {
                values.call(one(source.pausesForItself()), source.routeId(), "inflight");
                values.call(one(source.pausesForProcess()), source.routeId(), "process");
                values.call(one(source.isPausedByOutage()), source.routeId(), "outage");
                values.call(one(source.isPausedByOperator()), source.routeId(), "operator");
            }
        });
        counter(Meters.SOURCE_PAUSES, source -> (double) source.pauses().pauses());
        counter(Meters.SOURCE_RESUMES, source -> (double) source.pauses().resumes());
        counter(
                Meters.SOURCE_PAUSED_SECONDS,
                source -> StageMeters.seconds(source.pauses().total()));
    }

    private void showBatches(CamelContext context) {
        batch(context, Meters.BATCH_HELD, batch -> one(!batch.getHolding().isEmpty()));
        batch(context, Meters.BATCH_SIZE_LIMIT, ManagedBatch::getSizeLimit);
        batch(context, Meters.LANES, batch -> batch.getLaneQueues().size());
        batch(context, Meters.LANES_ALLOWED, ManagedBatch::getActiveLanes);
        batch(context, Meters.LANES_WRITING, ManagedBatch::getWritingLanes);
        Meters.LANE_QUEUE.gauge(registry, values -> batches(context).forEach((name, batch) -> {
            List<Integer> queues = batch.getLaneQueues();
            for (int lane = 0; lane < queues.size(); lane++) {
                values.call(queues.get(lane), name, Integer.toString(lane));
            }
        }));
    }

    private void source(Meters meter, ToDoubleFunction<SourceInflight> value) {
        Consumer<GaugeWithCallback.Callback> values = callback ->
                limit.sources().forEach(source -> callback.call(value.applyAsDouble(source), source.routeId()));
        meter.gauge(registry, values);
    }

    private void counter(Meters meter, ToDoubleFunction<SourceInflight> value) {
        meter.counted(registry, callback -> limit.sources()
                .forEach(source -> callback.call(value.applyAsDouble(source), source.routeId())));
    }

    private void batch(CamelContext context, Meters meter, ToDoubleFunction<ManagedBatch> value) {
        meter.gauge(registry, callback -> batches(context)
                .forEach((name, batch) -> callback.call(value.applyAsDouble(batch), name)));
    }

    private static Map<String, ManagedBatch> batches(CamelContext context) {
        return context.hasComponent("batch") instanceof BatchComponent component ? component.batches() : Map.of();
    }

    private static double one(boolean yes) {
        return yes ? 1 : 0;
    }
}
