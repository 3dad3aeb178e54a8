package dev.headgate.manage.meters;

import dev.headgate.failure.Failure;
import dev.headgate.job.JobListener;
import dev.headgate.job.JobState;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;

/** Counts what becomes of jobs, and shows those that have not ended. Thread-safe. */
final class JobMeters implements JobListener {

    private static final List<JobState> AFTER_ATTEMPT =
            List.of(JobState.COMPLETED, JobState.RETRYABLE, JobState.SCHEDULED, JobState.CANCELLED, JobState.DISCARDED);
    private static final List<JobState> UNENDED =
            List.of(JobState.AVAILABLE, JobState.SCHEDULED, JobState.EXECUTING, JobState.RETRYABLE);

    private final Histogram lag;
    private final Histogram duration;
    private final Counter executed;
    private final Counter errors;
    private final Counter rescued;
    private final Reasons reasons = new Reasons();
    // Anybody may insert jobs of any queue.
    private final Reasons queues = new Reasons();
    private final Set<String> expected = new ConcurrentSkipListSet<>();
    private volatile List<TableQueries.Waiting> waiting = List.of();
    private volatile List<TableQueries.Queue> known = List.of();

    JobMeters(PrometheusRegistry registry) {
        lag = Meters.JOB_LAG.histogram(registry);
        duration = Meters.JOB_DURATION.histogram(registry);
        executed = Meters.JOB_EXECUTED.counter(registry);
        errors = Meters.JOB_ERRORS.counter(registry);
        rescued = Meters.JOB_RESCUED.counter(registry);
        Meters.JOBS.gauge(registry, values -> {
            TreeMap<String, TreeMap<String, Long>> jobs = new TreeMap<>();
            expected.forEach(queue -> UNENDED.forEach(state ->
                    jobs.computeIfAbsent(queue, name -> new TreeMap<>()).put(state.toString(), 0L)));
            waiting.forEach(entry -> jobs.computeIfAbsent(queues.bounded(entry.queue()), name -> new TreeMap<>())
                    .merge(entry.state(), entry.jobs(), Long::sum));
            jobs.forEach(
                    (queue, states) -> states.forEach((state, count) -> values.call((double) count, queue, state)));
        });
        Meters.JOB_OLDEST.gauge(registry, values -> {
            TreeMap<String, Double> oldest = new TreeMap<>();
            expected.forEach(queue -> oldest.put(queue, 0.0));
            waiting.forEach(entry -> oldest.merge(queues.bounded(entry.queue()), entry.oldestSeconds(), Math::max));
            oldest.forEach((queue, seconds) -> values.call(seconds, queue));
        });
        Meters.JOB_PAUSED.gauge(registry, values -> {
            TreeMap<String, Double> paused = new TreeMap<>();
            expected.forEach(queue -> paused.put(queue, 0.0));
            known.forEach(queue -> paused.merge(queues.bounded(queue.name()), queue.paused() ? 1.0 : 0.0, Math::max));
            paused.forEach((queue, is) -> values.call(is, queue));
        });
        Meters.JOB_NEXT_RUN.gauge(registry, values -> {
            TreeMap<String, Double> next = new TreeMap<>();
            expected.forEach(queue -> next.put(queue, Double.NaN));
            known.stream()
                    .filter(queue -> !Double.isNaN(queue.nextRun()))
                    .forEach(queue -> next.put(queues.bounded(queue.name()), queue.nextRun()));
            next.forEach((queue, at) -> values.call(at, queue));
        });
    }

    /** A route executes its jobs: what it has not yet done is shown as none. */
    void expect(String queue) {
        expected.add(queues.bounded(queue));
        lag.initLabelValues(queue);
        duration.initLabelValues(queue);
        AFTER_ATTEMPT.forEach(state -> executed.initLabelValues(queue, state.toString()));
        rescued.initLabelValues(queue, JobState.AVAILABLE.toString());
        rescued.initLabelValues(queue, JobState.DISCARDED.toString());
    }

    /** What the table holds at present. */
    void waiting(List<TableQueries.Waiting> jobs, List<TableQueries.Queue> queuesKnown) {
        waiting = jobs;
        known = queuesKnown;
    }

    @Override
    public void started(String queue, Duration since) {
        lag.labelValues(queue).observe(StageMeters.seconds(since));
    }

    @Override
    public void failed(String queue, Throwable cause) {
        Failure failure = Failure.of(cause);
        errors.labelValues(queue, StageMeters.name(failure), reasons.bounded(failure.reason()))
                .inc();
    }

    @Override
    public void ended(String queue, JobState state, Duration took) {
        executed.labelValues(queue, state.toString()).inc();
        duration.labelValues(queue).observe(StageMeters.seconds(took));
    }

    @Override
    public void rescued(String queue, JobState state) {
        rescued.labelValues(queues.bounded(queue), state.toString()).inc();
    }
}
