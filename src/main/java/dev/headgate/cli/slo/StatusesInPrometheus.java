package dev.headgate.cli.slo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.HeadgateException;
import dev.headgate.cli.command.JsonAnswer;
import dev.headgate.manage.slo.Errors;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.slo.Window;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Asks Prometheus for what the recorded rules of {@code src/monitoring} say of all processes. */
final class StatusesInPrometheus {

    private static final String QUERY =
            "{__name__=~\"headgate:(freshness|reliability|capacity)_errors:ratio_(rate.+|now)\"}";

    private StatusesInPrometheus() {}

    static List<ObjectiveStatus> ask(URI prometheus) {
        URI url = URI.create(prometheus.toString().replaceFirst("/$", "") + "/api/v1/query?query="
                + URLEncoder.encode(QUERY, StandardCharsets.UTF_8));
        JsonAnswer answer = JsonAnswer.from(url, Optional.empty());
        JsonNode series = answer.body().path("data").path("result");
        if (answer.status() != 200 || !series.isArray()) {
            throw new HeadgateException(
                    "%s answers %d, not as Prometheus does: expected the URL of a Prometheus server."
                            .formatted(prometheus, answer.status()));
        }
        if (series.isEmpty()) {
            throw new HeadgateException(prometheus + " has none of the series headgate:…_errors:ratio_rate…: load"
                    + " src/monitoring/prometheus/rules/slo.yml there, and let it scrape Headgate.");
        }
        return statuses(series);
    }

    private static List<ObjectiveStatus> statuses(JsonNode series) {
        Map<String, Map<String, Double>> pipelines = new TreeMap<>();
        for (JsonNode sample : series) {
            JsonNode labels = sample.path("metric");
            pipelines
                    .computeIfAbsent(labels.path("pipeline").asText(), name -> new TreeMap<>())
                    .put(
                            labels.path("__name__").asText(),
                            sample.path("value").path(1).asDouble(Double.NaN));
        }
        List<ObjectiveStatus> statuses = new ArrayList<>();
        pipelines.forEach((pipeline, recorded) -> {
            for (Objective objective : Objective.values()) {
                Map<Window, Double> ratios = new EnumMap<>(Window.class);
                for (Window window : Window.values()) {
                    String name = "headgate:%s_errors:ratio_%s".formatted(objective, window.rule());
                    ratios.put(window, recorded.getOrDefault(name, Double.NaN));
                }
                Errors errors = new Errors(ratios);
                statuses.add(new ObjectiveStatus(pipeline, objective, errors.state(objective), errors));
            }
        });
        return statuses;
    }
}
