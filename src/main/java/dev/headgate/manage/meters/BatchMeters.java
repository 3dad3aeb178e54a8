package dev.headgate.manage.meters;

import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what becomes of batches and of the messages in them, a batch at a time, on the lane's thread. */
final class BatchMeters implements BatchListener {

    private static final double MILLIS = 1_000;

    private final StageMeters stages;
    private final InstantSource clock;
    private final Histogram freshness;
    private final Histogram messages;
    private final Histogram bytes;
    private final Counter closings;
    private final Counter retries;
    private final Counter deadLetters;
    private final Reasons reasons = new Reasons();
    private final Map<String, PipelineCounts> counts = new ConcurrentHashMap<>();

    BatchMeters(PrometheusRegistry registry, StageMeters stages, InstantSource clock) {
        this.stages = stages;
        this.clock = clock;
        freshness = Meters.FRESHNESS.histogram(registry);
        messages = Meters.BATCH_MESSAGES.histogram(registry);
        bytes = Meters.BATCH_BYTES.histogram(registry);
        closings = Meters.BATCHES_CLOSED.counter(registry);
        retries = Meters.BATCH_RETRIES.counter(registry);
        deadLetters = Meters.DEAD_LETTERS.counter(registry);
    }

    /** The pipeline exists: what it has not yet done is shown as none. */
    void expect(String pipeline) {
        freshness.initLabelValues(pipeline);
        stages.expect(pipeline);
    }

    /** The meters of a pipeline, the same object each time. */
    PipelineCounts counts(String pipeline) {
        return counts.computeIfAbsent(
                pipeline, name -> new PipelineCounts(stages.inRoute(name), freshness.labelValues(name)));
    }

    @Override
    public void closed(Batch batch) {
        long size = 0;
        Set<String> pipelines = new HashSet<>();
        for (Message message : batch.messages()) {
            size += message.size();
            pipelines.add(message.pipeline());
            PipelineCounts pipeline = counts(message.pipeline());
            pipeline.closed.increment();
            pipeline.inRoute.observe(message.millisInRoute() / MILLIS);
        }
        Duration waited =
                Duration.ofNanos(System.nanoTime() - batch.messages().get(0).arrivedNanos());
        pipelines.forEach(pipeline -> stages.took(pipeline, "batch", waited));
        messages.labelValues(batch.name()).observe(batch.getSize());
        bytes.labelValues(batch.name()).observe((double) size);
        closings.labelValues(batch.name(), batch.closed().name().toLowerCase(Locale.ROOT))
                .inc();
    }

    @Override
    public void written(Batch batch, Duration took) {
        long now = clock.millis();
        Map<String, int[]> notApplied = new HashMap<>();
        for (Message message : batch.messages()) {
            String pipeline = message.pipeline();
            notApplied.computeIfAbsent(pipeline, name -> new int[1])[0]++;
            if (message.timestamp() > 0) {
                counts(pipeline).freshness.observe(Math.max(0, now - message.timestamp()) / MILLIS);
            }
        }
        notApplied.forEach((pipeline, all) -> counts(pipeline).committed.add(all[0]));
        for (Message message : batch.freshMessages()) {
            counts(message.pipeline()).applied.increment();
            notApplied.getOrDefault(message.pipeline(), new int[1])[0]--;
        }
        for (Message message : batch.rejected()) {
            refused(batch, message, Objects.requireNonNull(message.refusal()));
            counts(message.pipeline()).deadLetters.increment();
            notApplied.getOrDefault(message.pipeline(), new int[1])[0]--;
        }
        for (Message message : batch.conflicts()) {
            counts(message.pipeline()).conflicts.increment();
        }
        notApplied.forEach((pipeline, rest) -> {
            counts(pipeline).duplicates.add(rest[0]);
            stages.took(pipeline, "sink", took);
        });
    }

    @Override
    public void retrying(Batch batch, Throwable cause, int attempt, Duration delay) {
        retries.labelValues(batch.name()).inc();
        batch.messages().stream()
                .map(Message::pipeline)
                .distinct()
                .forEach(pipeline -> stages.failed(pipeline, "sink", cause));
    }

    private void refused(Batch batch, Message message, Rejection why) {
        deadLetters
                .labelValues(message.pipeline(), reasons.bounded(why.reason()))
                .inc();
        if (!message.isHeld()) {
            String stage = why.stage().equals(batch.name()) ? "sink" : "process";
            stages.refused(message.pipeline(), stage, why.reason());
        }
    }
}
