package dev.headgate.manage.meters;

import dev.headgate.kafka.ConsumerListener;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.consumer.Consumer;

/** Counts what sources bring and what becomes of acknowledgements. Thread-safe. */
final class SourceMeters implements ConsumerListener {

    private final PrometheusMeterRegistry registry;
    private final StageMeters stages;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;
    private final Map<String, Duration> oldestReceived = new ConcurrentHashMap<>();
    private final Map<Consumer<?, ?>, KafkaClientMetrics> clients = new ConcurrentHashMap<>();

    /** @param thread looks now and then for new figures of Kafka's clients */
    SourceMeters(
            PrometheusMeterRegistry registry,
            StageMeters stages,
            InstantSource clock,
            ScheduledExecutorService thread) {
        this.registry = registry;
        this.stages = stages;
        this.clock = clock;
        this.thread = thread;
        Meters.SQS_OLDEST.gauge(
                registry.getPrometheusRegistry(),
                values -> oldestReceived.forEach((pipeline, age) -> values.call(StageMeters.seconds(age), pipeline)));
    }

    @Override
    public void fetched(String pipeline, Duration took) {
        stages.took(pipeline, "source", took);
    }

    @Override
    public void received(String pipeline, Instant oldestSent) {
        Instant now = clock.instant();
        oldestReceived.put(pipeline, oldestSent.isBefore(now) ? Duration.between(oldestSent, now) : Duration.ZERO);
    }

    @Override
    public void acknowledged(String pipeline, Duration took) {
        stages.took(pipeline, "acknowledge", took);
    }

    @Override
    public void failed(String pipeline, Throwable cause) {
        stages.failed(pipeline, "acknowledge", cause);
    }

    @Override
    public void opened(Consumer<?, ?> consumer) {
        KafkaClientMetrics metrics = new KafkaClientMetrics(consumer, List.of(), thread);
        metrics.bindTo(registry);
        clients.put(consumer, metrics);
    }

    @Override
    public void closed(Consumer<?, ?> consumer) {
        KafkaClientMetrics metrics = clients.remove(consumer);
        if (metrics != null) {
            metrics.close();
        }
    }
}
