package dev.headgate.manage.meters;

import dev.headgate.failure.Failure;
import dev.headgate.outbox.OutboxListener;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** Counts what relays achieve. Thread-safe. */
final class OutboxMeters implements OutboxListener {

    private final Histogram lag;
    private final Counter delivered;
    private final Counter errors;
    private final Reasons reasons = new Reasons();

    OutboxMeters(PrometheusRegistry registry) {
        lag = Meters.OUTBOX_LAG.histogram(registry);
        delivered = Meters.OUTBOX_DELIVERED.counter(registry);
        errors = Meters.OUTBOX_ERRORS.counter(registry);
    }

    /** A relay of the destination exists: what it has not yet done is shown as none. */
    void expect(String destination) {
        lag.initLabelValues(destination);
        delivered.initLabelValues(destination);
    }

    @Override
    public void delivered(String destination, int entries, Duration sinceOldestCreated) {
        delivered.labelValues(destination).inc(entries);
        lag.labelValues(destination).observe(StageMeters.seconds(sinceOldestCreated));
    }

    @Override
    public void failed(String destination, int entries, Throwable cause, Duration backoff) {
        count(destination, cause);
    }

    @Override
    public void refused(String destination, Throwable cause) {
        count(destination, cause);
    }

    private void count(String destination, Throwable cause) {
        Failure failure = Failure.of(cause);
        errors.labelValues(destination, StageMeters.name(failure), reasons.bounded(failure.reason()))
                .inc();
    }
}
