package dev.headgate.manage.status;

import dev.headgate.manage.slo.Objective;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The state of the whole process, as {@code src/docs/observability.md} describes it and the page reads it. A number that
 * is not known is NaN.
 *
 * @param writes whether who has credentials may change something
 */
record ProcessStatus(
        Instant at,
        Instant started,
        String version,
        String commit,
        boolean writes,
        List<NotReady> notReady,
        Map<String, Double> queryAgeSeconds,
        List<ObjectiveText> objectives,
        List<Long> times,
        List<PipelineStatus> pipelines,
        List<RelayState> outboxes,
        List<DeadLetterCount> deadLetters,
        List<QueueMeters> jobs) {

    record NotReady(String check, String message) {}

    record ObjectiveText(Objective name, String text, double budget) {}

    record RelayState(
            String destination,
            Collection<Topology.Place> targets,
            double pending,
            double oldestSeconds,
            double delivered,
            double perSecond,
            double p50Seconds,
            double p99Seconds,
            double errorsPerMinute) {}

    record DeadLetterCount(String pipeline, String reason, double open, double sinceStart) {}

    /** @param meters all that counters and gauges say, by the meter's name and, if it has this label, the state */
    record QueueMeters(String queue, Map<String, Double> meters) {}
}
