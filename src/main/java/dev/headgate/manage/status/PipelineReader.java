package dev.headgate.manage.status;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.RouteThrottle;
import dev.headgate.batch.BatchComponent;
import dev.headgate.batch.Held;
import dev.headgate.batch.ManagedBatch;
import dev.headgate.manage.meters.MeterSnapshot;
import dev.headgate.manage.meters.Meters;
import dev.headgate.manage.slo.Budget;
import dev.headgate.manage.slo.Counts;
import dev.headgate.manage.slo.Errors;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.slo.Window;
import dev.headgate.manage.status.PipelineStatus.BatchState;
import dev.headgate.manage.status.PipelineStatus.InflightState;
import dev.headgate.manage.status.PipelineStatus.ObjectiveRatios;
import dev.headgate.manage.status.PipelineStatus.OutcomeCounts;
import dev.headgate.manage.status.PipelineStatus.PauseReason;
import dev.headgate.manage.status.PipelineStatus.Quantiles;
import dev.headgate.manage.status.PipelineStatus.QueueState;
import dev.headgate.manage.status.PipelineStatus.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Reads the state of one pipeline out of the meters. */
final class PipelineReader {

    private static final List<String> STAGES = List.of("source", "process", "batch", "sink", "acknowledge");

    private final CamelContext context;
    private final Topology topology;
    private final InflightLimit limit;
    private final Supplier<Collection<Held>> holds;
    private final History history;
    private final Map<String, Budget> budgets;

    PipelineReader(
            CamelContext context,
            Topology topology,
            InflightLimit limit,
            Supplier<Collection<Held>> holds,
            History history,
            Map<String, Budget> budgets) {
        this.context = context;
        this.topology = topology;
        this.limit = limit;
        this.holds = holds;
        this.history = history;
        this.budgets = budgets;
    }

    PipelineStatus read(String name, MeterDelta moment, MeterDelta minute) {
        MeterSnapshot now = moment.now();
        Set<String> reasons = reasons(now, name);
        if (holds.get().stream().anyMatch(held -> held.pipelines().contains(name))) {
            reasons.add("outage");
        }
        return new PipelineStatus(
                name,
                state(reasons),
                reasons.stream()
                        .flatMap(reason -> pauses(name, reason, now.at()))
                        .toList(),
                topology.source(name).orElse(null),
                STAGES.stream().map(stage -> stage(name, stage, moment, minute)).toList(),
                new InflightState(
                        now.value(Meters.INFLIGHT_MESSAGES, name),
                        now.value(Meters.INFLIGHT_LIMIT_MESSAGES, name),
                        now.value(Meters.INFLIGHT_BYTES, name),
                        now.value(Meters.INFLIGHT_LIMIT_BYTES, name)),
                Status.waiting(now, name),
                now.sum(Meters.KAFKA_UNREADABLE, name),
                now.value(Meters.WAITING_LATE, name),
                now.value(Meters.WAITING_OLDEST, name),
                now.sum(Meters.KAFKA_MISSING, name),
                new RouteThrottle(context, name).rate().orElse(Double.NaN),
                queue(now, name),
                new Quantiles(
                        minute.quantile(0.5, Meters.FRESHNESS, name), minute.quantile(0.99, Meters.FRESHNESS, name)),
                new OutcomeCounts(
                        now.value(Meters.OUTCOMES, name, "applied"),
                        now.value(Meters.OUTCOMES, name, "duplicate"),
                        now.value(Meters.OUTCOMES, name, "dead_letter"),
                        now.value(Meters.ID_CONFLICTS, name)),
                topology.batches(name).stream().map(batch -> batch(now, batch)).toList(),
                Stream.of(Objective.values())
                        .map(objective -> kept(objective, budgets.get(name), Status.counts(now, name)))
                        .toList(),
                history.charts(name));
    }

    /** Why it pauses, as the label of the meter says; a batch that is held need not pause its sources. */
    private static Set<String> reasons(MeterSnapshot now, String name) {
        return now.series(Meters.SOURCE_PAUSED).entrySet().stream()
                .filter(series -> series.getKey().get(0).equals(name) && series.getValue() == 1)
                .map(series -> series.getKey().get(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String state(Set<String> reasons) {
        if (reasons.contains("outage")) {
            return "held";
        }
        if (reasons.contains("operator")) {
            return "paused";
        }
        return reasons.isEmpty() ? "running" : "full";
    }

    private Stream<PauseReason> pauses(String name, String reason, Instant at) {
        if (reason.equals("outage")) {
            return holds.get().stream()
                    .filter(held -> held.pipelines().contains(name))
                    .map(held -> new PauseReason(reason, held.batch(), held.since(), held.why()));
        }
        Duration lasted = limit.source(name).pauses().current();
        return Stream.of(new PauseReason(reason, null, at.minus(lasted).truncatedTo(ChronoUnit.SECONDS), null));
    }

    private static Stage stage(String name, String stage, MeterDelta moment, MeterDelta minute) {
        double errors = 0;
        for (List<String> series : minute.now().series(Meters.STAGE_ERRORS).keySet()) {
            if (series.get(0).equals(name) && series.get(1).equals(stage)) {
                errors += minute.increase(Meters.STAGE_ERRORS, series.toArray(String[]::new));
            }
        }
        return new Stage(
                stage,
                moment.now().value(Meters.STAGE_MESSAGES, name, stage),
                moment.perSecond(Meters.STAGE_MESSAGES, name, stage),
                minute.quantile(0.5, Meters.STAGE_DURATION, name, stage),
                minute.quantile(0.99, Meters.STAGE_DURATION, name, stage),
                errors);
    }

    private static @Nullable QueueState queue(MeterSnapshot now, String name) {
        double visible = now.value(Meters.SQS_MESSAGES, name, "visible");
        return Double.isNaN(visible)
                ? null
                : new QueueState(
                        visible,
                        now.value(Meters.SQS_MESSAGES, name, "in_flight"),
                        now.value(Meters.SQS_MESSAGES, name, "delayed"),
                        now.value(Meters.SQS_OLDEST, name));
    }

    private BatchState batch(MeterSnapshot now, String batch) {
        return new BatchState(
                batch,
                topology.targets("batch", batch),
                now.sum(Meters.LANE_QUEUE, batch),
                now.value(Meters.BATCH_SIZE_LIMIT, batch),
                now.value(Meters.LANES, batch),
                now.value(Meters.LANES_ALLOWED, batch),
                now.value(Meters.LANES_WRITING, batch),
                maxRejected(batch));
    }

    private double maxRejected(String batch) {
        ManagedBatch managed =
                context.getComponent("batch", BatchComponent.class).batches().get(batch);
        return managed == null ? Double.NaN : managed.getMaxRejected();
    }

    private static ObjectiveRatios kept(Objective objective, @Nullable Budget budget, Counts counts) {
        Errors errors = budget == null ? new Errors(Map.of()) : budget.errors(objective, counts);
        Map<Window, Double> ratios = new EnumMap<>(Window.class);
        for (Window window : Window.values()) {
            ratios.put(window, errors.ratio(window).orElse(Double.NaN));
        }
        return new ObjectiveRatios(objective, errors.state(objective), ratios);
    }
}
