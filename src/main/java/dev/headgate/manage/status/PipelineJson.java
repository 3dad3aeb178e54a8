package dev.headgate.manage.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.manage.meters.MeterSnapshot;
import dev.headgate.manage.meters.Meters;
import dev.headgate.manage.slo.Budget;
import dev.headgate.manage.slo.Counts;
import dev.headgate.manage.slo.Errors;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.slo.Window;
import dev.headgate.manage.status.Topology.Place;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The state of one pipeline. */
final class PipelineJson {

    private static final List<String> STAGES = List.of("source", "process", "batch", "sink", "acknowledge");

    private final Topology topology;
    private final InflightLimit limit;
    private final Supplier<Collection<Held>> holds;
    private final History history;
    private final Map<String, Budget> budgets;

    PipelineJson(
            Topology topology,
            InflightLimit limit,
            Supplier<Collection<Held>> holds,
            History history,
            Map<String, Budget> budgets) {
        this.topology = topology;
        this.limit = limit;
        this.holds = holds;
        this.history = history;
        this.budgets = budgets;
    }

    void write(String name, MeterDelta moment, MeterDelta minute, ObjectNode json) {
        MeterSnapshot now = moment.now();
        json.put("name", name);
        Set<String> pauses = pauses(now, name);
        json.put("state", state(pauses));
        ArrayNode why = json.putArray("pauses");
        pauses.forEach(reason -> writePause(name, reason, now.at(), why));
        topology.source(name).ifPresent(source -> write(source, json.putObject("source")));
        ArrayNode stages = json.putArray("stages");
        STAGES.forEach(stage -> writeStage(name, stage, moment, minute, stages.addObject()));
        writeInflight(now, name, json.putObject("inflight"));
        json.set("waiting", Numbers.node(Status.waiting(now, name)));
        writeQueue(now, name, json);
        ObjectNode freshness = json.putObject("freshness");
        freshness.set("p50Seconds", Numbers.node(minute.quantile(0.5, Meters.FRESHNESS, name)));
        freshness.set("p99Seconds", Numbers.node(minute.quantile(0.99, Meters.FRESHNESS, name)));
        ObjectNode outcomes = json.putObject("outcomes");
        outcomes.set("applied", Numbers.node(now.value(Meters.OUTCOMES, name, "applied")));
        outcomes.set("duplicate", Numbers.node(now.value(Meters.OUTCOMES, name, "duplicate")));
        outcomes.set("deadLetter", Numbers.node(now.value(Meters.OUTCOMES, name, "dead_letter")));
        ArrayNode batches = json.putArray("batches");
        topology.batches(name).forEach(batch -> writeBatch(now, batch, batches.addObject()));
        writeObjectives(now, name, json.putArray("objectives"));
        history.write(name, json.putObject("history"));
    }

    /** Each by its scheme and name. */
    static void places(Collection<Place> places, ArrayNode json) {
        places.forEach(place -> write(place, json.addObject()));
    }

    private static void write(Place place, ObjectNode json) {
        json.put("scheme", place.scheme()).put("name", place.name());
    }

    /** Why it pauses, as the label of the meter says. */
    private static Set<String> pauses(MeterSnapshot now, String name) {
        return now.series(Meters.SOURCE_PAUSED).entrySet().stream()
                .filter(series -> series.getKey().get(0).equals(name) && series.getValue() == 1)
                .map(series -> series.getKey().get(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String state(Set<String> pauses) {
        if (pauses.contains("outage")) {
            return "held";
        }
        if (pauses.contains("operator")) {
            return "paused";
        }
        return pauses.isEmpty() ? "running" : "full";
    }

    private void writePause(String name, String reason, Instant at, ArrayNode pauses) {
        if (reason.equals("outage")) {
            for (Held held : holds.get()) {
                if (held.pipelines().contains(name)) {
                    pauses.addObject()
                            .put("reason", reason)
                            .put("batch", held.batch())
                            .put("since", held.since().toString())
                            .put("why", held.why());
                }
            }
        } else {
            Duration lasted = limit.source(name).pauses().current();
            pauses.addObject()
                    .put("reason", reason)
                    .put(
                            "since",
                            at.minus(lasted).truncatedTo(ChronoUnit.SECONDS).toString());
        }
    }

    private static void writeStage(String name, String stage, MeterDelta moment, MeterDelta minute, ObjectNode json) {
        double errors = 0;
        for (List<String> series : minute.now().series(Meters.STAGE_ERRORS).keySet()) {
            if (series.get(0).equals(name) && series.get(1).equals(stage)) {
                errors += minute.increase(Meters.STAGE_ERRORS, series.toArray(String[]::new));
            }
        }
        json.put("name", stage);
        json.set("messages", Numbers.node(moment.now().value(Meters.STAGE_MESSAGES, name, stage)));
        json.set("perSecond", Numbers.node(moment.perSecond(Meters.STAGE_MESSAGES, name, stage)));
        json.set("p50Seconds", Numbers.node(minute.quantile(0.5, Meters.STAGE_DURATION, name, stage)));
        json.set("p99Seconds", Numbers.node(minute.quantile(0.99, Meters.STAGE_DURATION, name, stage)));
        json.set("errorsPerMinute", Numbers.node(errors));
    }

    private static void writeInflight(MeterSnapshot now, String name, ObjectNode json) {
        json.set("messages", Numbers.node(now.value(Meters.INFLIGHT_MESSAGES, name)));
        json.set("limitMessages", Numbers.node(now.value(Meters.INFLIGHT_LIMIT_MESSAGES, name)));
        json.set("bytes", Numbers.node(now.value(Meters.INFLIGHT_BYTES, name)));
        json.set("limitBytes", Numbers.node(now.value(Meters.INFLIGHT_LIMIT_BYTES, name)));
    }

    /** Of those that read a queue. */
    private static void writeQueue(MeterSnapshot now, String name, ObjectNode json) {
        if (!Double.isNaN(now.value(Meters.SQS_MESSAGES, name, "visible"))) {
            ObjectNode queue = json.putObject("queue");
            queue.set("visible", Numbers.node(now.value(Meters.SQS_MESSAGES, name, "visible")));
            queue.set("inFlight", Numbers.node(now.value(Meters.SQS_MESSAGES, name, "in_flight")));
            queue.set("delayed", Numbers.node(now.value(Meters.SQS_MESSAGES, name, "delayed")));
            queue.set("oldestReceivedSeconds", Numbers.node(now.value(Meters.SQS_OLDEST, name)));
        }
    }

    private void writeBatch(MeterSnapshot now, String batch, ObjectNode json) {
        json.put("name", batch);
        places(topology.targets("batch", batch), json.putArray("targets"));
        json.set("waiting", Numbers.node(now.sum(Meters.LANE_QUEUE, batch)));
        json.set("sizeLimit", Numbers.node(now.value(Meters.BATCH_SIZE_LIMIT, batch)));
        json.set("lanes", Numbers.node(now.value(Meters.LANES, batch)));
        json.set("lanesAllowed", Numbers.node(now.value(Meters.LANES_ALLOWED, batch)));
        json.set("lanesWriting", Numbers.node(now.value(Meters.LANES_WRITING, batch)));
    }

    private void writeObjectives(MeterSnapshot now, String name, ArrayNode json) {
        Counts counts = Status.counts(now, name);
        for (Objective objective : Objective.values()) {
            Budget budget = budgets.get(name);
            Errors errors = budget == null ? new Errors(Map.of()) : budget.errors(objective, counts);
            ObjectNode one = json.addObject()
                    .put("name", objective.toString())
                    .put("state", errors.state(objective).toString());
            ObjectNode ratios = one.putObject("errorRatio");
            for (Window window : Window.values()) {
                ratios.set(window.toString(), Numbers.node(errors.ratio(window).orElse(Double.NaN)));
            }
        }
    }
}
