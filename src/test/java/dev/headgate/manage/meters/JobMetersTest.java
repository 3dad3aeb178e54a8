package dev.headgate.manage.meters;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JobMetersTest {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final JobMeters meters = new JobMeters(registry);

    @Test
    void queues_of_routes_keep_their_names_and_the_many_of_others_become_one() {
        meters.waiting(
                IntStream.range(0, 40)
                        .mapToObj(i -> new TableQueries.Waiting("queue-" + i, "available", 2, i))
                        .toList(),
                List.of());
        meters.expect("mine");

        Map<String, Double> oldest = gauge("headgate_job_oldest_due_seconds", "queue");
        assertThat(oldest)
                .hasSize(Reasons.MOST + 1)
                .containsEntry("mine", 0.0)
                .containsEntry("queue-0", 0.0)
                .containsEntry(Reasons.OTHER, 39.0);
        assertThat(gauge("headgate_jobs", "queue", "state"))
                .containsEntry("mine available", 0.0)
                .containsEntry("mine retryable", 0.0)
                .containsEntry("queue-1 available", 2.0)
                .containsEntry(Reasons.OTHER + " available", 22.0)
                .hasSize(4 + 29 + 1);
    }

    @Test
    void a_queue_says_whether_it_is_paused_and_when_it_runs_next() {
        meters.expect("mine");
        meters.expect("nightly");
        meters.waiting(
                List.of(),
                List.of(
                        new TableQueries.Queue("mine", true, Double.NaN),
                        new TableQueries.Queue("nightly", false, 1_800_000_000)));

        assertThat(gauge("headgate_job_queue_paused", "queue")).isEqualTo(Map.of("mine", 1.0, "nightly", 0.0));
        assertThat(gauge("headgate_job_next_run_timestamp_seconds", "queue"))
                .isEqualTo(Map.of("mine", Double.NaN, "nightly", 1_800_000_000.0));
    }

    private Map<String, Double> gauge(String name, String... labels) {
        GaugeSnapshot snapshot = (GaugeSnapshot) registry.scrape(name::equals).get(0);
        return snapshot.getDataPoints().stream()
                .collect(Collectors.toMap(
                        point -> IntStream.range(0, labels.length)
                                .mapToObj(i -> point.getLabels().get(labels[i]))
                                .collect(Collectors.joining(" ")),
                        GaugeSnapshot.GaugeDataPointSnapshot::getValue));
    }
}
