package dev.headgate.manage.meters;

import dev.headgate.failure.Failure;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What all stages have in common: how long they take, and how they fail. Thread-safe. */
final class StageMeters {

    private static final List<String> STAGES = List.of("source", "process", "batch", "sink", "acknowledge");
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Histogram duration;
    private final Counter errors;
    private final Reasons reasons = new Reasons();

    StageMeters(PrometheusRegistry registry) {
        duration = Meters.STAGE_DURATION.histogram(registry);
        errors = Meters.STAGE_ERRORS.counter(registry);
    }

    /** The pipeline exists: what it has not yet done is shown as none. */
    void expect(String pipeline) {
        STAGES.forEach(stage -> duration.initLabelValues(pipeline, stage));
    }

    void took(String pipeline, String stage, Duration time) {
        duration.labelValues(pipeline, stage).observe(seconds(time));
    }

    /** Where the time of single messages in their route is observed. */
    DistributionDataPoint inRoute(String pipeline) {
        return duration.labelValues(pipeline, "process");
    }

    void failed(String pipeline, String stage, Throwable cause) {
        Failure failure = Failure.of(cause);
        failed(pipeline, stage, name(failure), failure.reason());
    }

    void refused(String pipeline, String stage, String reason) {
        failed(pipeline, stage, "rejected", reason);
    }

    private void failed(String pipeline, String stage, String failureClass, String reason) {
        errors.labelValues(pipeline, stage, failureClass, reasons.bounded(reason))
                .inc();
    }

    /** The value of the label {@code class}. */
    static String name(Failure failure) {
        if (failure instanceof Failure.Outage) {
            return "outage";
        }
        return failure instanceof Failure.Rejected ? "rejected" : "unknown";
    }

    static double seconds(Duration time) {
        return time.toNanos() / NANOS;
    }
}
