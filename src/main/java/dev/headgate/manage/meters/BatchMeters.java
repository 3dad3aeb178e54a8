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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

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
        long size = batch.messages().stream().mapToLong(Message::size).sum();
        Set<String> pipelines = new HashSet<>();
        runs(batch.messages(), (pipeline, run) -> {
            pipelines.add(pipeline);
            PipelineCounts counts = counts(pipeline);
            counts.closed.add(run.size());
            run.forEach(message -> counts.inRoute.observe(message.millisInRoute() / MILLIS));
        });
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
        Map<String, Integer> notApplied = new HashMap<>();
        runs(batch.messages(), (pipeline, run) -> {
            PipelineCounts counts = counts(pipeline);
            for (Message message : run) {
                if (message.timestamp() > 0) {
                    counts.freshness.observe(Math.max(0, now - message.timestamp()) / MILLIS);
                }
            }
            counts.committed.add(run.size());
            notApplied.merge(pipeline, run.size(), Integer::sum);
        });
        runs(batch.freshMessages(), (pipeline, run) -> {
            counts(pipeline).applied.add(run.size());
            notApplied.merge(pipeline, -run.size(), Integer::sum);
        });
        for (Message message : batch.rejected()) {
            refused(batch, message, Objects.requireNonNull(message.refusal()));
            counts(message.pipeline()).deadLetters.increment();
            notApplied.merge(message.pipeline(), -1, Integer::sum);
        }
        for (Message message : batch.conflicts()) {
            counts(message.pipeline()).conflicts.increment();
        }
        notApplied.forEach((pipeline, rest) -> {
            counts(pipeline).duplicates.add(rest);
            stages.took(pipeline, "sink", took);
        });
    }

    /** What stands together of one pipeline, mostly all: it is looked up once. */
    private static void runs(List<Message> messages, BiConsumer<String, List<Message>> told) {
        int from = 0;
        for (int i = 1; i <= messages.size(); i++) {
            String pipeline = messages.get(from).pipeline();
            if (i == messages.size() || !messages.get(i).pipeline().equals(pipeline)) {
                told.accept(pipeline, messages.subList(from, i));
                from = i;
            }
        }
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
