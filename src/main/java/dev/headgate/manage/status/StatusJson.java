package dev.headgate.manage.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.manage.meters.Build;
import dev.headgate.manage.meters.MeterSnapshot;
import dev.headgate.manage.meters.Meters;
import dev.headgate.manage.slo.Budget;
import dev.headgate.manage.slo.Objective;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;

/** The state of the whole process, as {@code src/docs/observability.md} describes it. */
final class StatusJson {

    private final CamelContext context;
    private final Topology topology;
    private final PipelineJson pipelines;
    private final History history;

    StatusJson(
            CamelContext context,
            InflightLimit limit,
            Supplier<Collection<Held>> holds,
            History history,
            Map<String, Budget> budgets) {
        this.context = context;
        this.topology = new Topology(context);
        this.pipelines = new PipelineJson(topology, limit, holds, history, budgets);
        this.history = history;
    }

    /**
     * @param moment the last seconds, of which rates are
     * @param minute the last minute, of which quantiles are
     */
    ObjectNode of(Instant started, MeterDelta moment, MeterDelta minute) {
        MeterSnapshot now = moment.now();
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("at", now.at().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("started", started.truncatedTo(ChronoUnit.SECONDS).toString())
                .put("version", Build.version())
                .put("commit", Build.commit());
        writeNotReady(status.putArray("notReady"));
        ObjectNode ages = status.putObject("queryAgeSeconds");
        now.series(Meters.QUERY_AGE).forEach((server, age) -> ages.set(server.get(0), Numbers.node(age)));
        ArrayNode objectives = status.putArray("objectives");
        for (Objective objective : Objective.values()) {
            objectives
                    .addObject()
                    .put("name", objective.toString())
                    .put("text", objective.text())
                    .put("budget", objective.budget());
        }
        history.writeTimes(status.putArray("times"));
        ArrayNode all = status.putArray("pipelines");
        now.first(Meters.INFLIGHT_MESSAGES).forEach(name -> pipelines.write(name, moment, minute, all.addObject()));
        writeOutboxes(moment, minute, status.putArray("outboxes"));
        writeDeadLetters(now, status.putArray("deadLetters"));
        writeQueues(now, status.putArray("jobs"));
        return status;
    }

    private void writeNotReady(ArrayNode checks) {
        HealthCheckHelper.invokeReadiness(context, "full").stream()
                .filter(result -> result.getState() != HealthCheck.State.UP)
                .sorted((a, b) -> a.getCheck().getId().compareTo(b.getCheck().getId()))
                .forEach(result -> checks.addObject()
                        .put("check", result.getCheck().getId())
                        .put("message", result.getMessage().orElse("")));
    }

    private void writeOutboxes(MeterDelta moment, MeterDelta minute, ArrayNode outboxes) {
        MeterSnapshot now = moment.now();
        for (String name : now.first(Meters.OUTBOX_PENDING)) {
            ObjectNode outbox = outboxes.addObject().put("destination", name);
            PipelineJson.places(topology.targets("outbox", name), outbox.putArray("targets"));
            outbox.set("pending", Numbers.node(now.value(Meters.OUTBOX_PENDING, name)));
            outbox.set("oldestSeconds", Numbers.node(now.value(Meters.OUTBOX_OLDEST, name)));
            outbox.set("delivered", Numbers.node(now.value(Meters.OUTBOX_DELIVERED, name)));
            outbox.set("perSecond", Numbers.node(moment.perSecond(Meters.OUTBOX_DELIVERED, name)));
            outbox.set("p50Seconds", Numbers.node(minute.quantile(0.5, Meters.OUTBOX_LAG, name)));
            outbox.set("p99Seconds", Numbers.node(minute.quantile(0.99, Meters.OUTBOX_LAG, name)));
            outbox.set("errorsPerMinute", Numbers.node(minute.increaseOf(Meters.OUTBOX_ERRORS, name)));
        }
    }

    private static void writeDeadLetters(MeterSnapshot now, ArrayNode letters) {
        Set<List<String>> keys = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
        keys.addAll(now.series(Meters.DEAD_LETTERS_OPEN).keySet());
        keys.addAll(now.series(Meters.DEAD_LETTERS).keySet());
        for (List<String> key : keys) {
            ObjectNode letter = letters.addObject().put("pipeline", key.get(0)).put("reason", key.get(1));
            letter.set("open", Numbers.node(now.series(Meters.DEAD_LETTERS_OPEN).getOrDefault(key, 0.0)));
            letter.set(
                    "sinceStart", Numbers.node(now.series(Meters.DEAD_LETTERS).getOrDefault(key, 0.0)));
        }
    }

    /** All that counters and gauges say of each queue, by the meter's name and, if it has this label, the state. */
    private static void writeQueues(MeterSnapshot now, ArrayNode queues) {
        Map<String, Map<String, Double>> all = new TreeMap<>();
        for (Meters meter : Meters.values()) {
            int queue = meter.labels().indexOf("queue");
            int state = meter.labels().indexOf("state");
            if (queue >= 0) {
                now.series(meter).forEach((labels, value) -> all.computeIfAbsent(
                                labels.get(queue), name -> new TreeMap<>())
                        .merge(meter.meterName() + (state < 0 ? "" : " " + labels.get(state)), value, Double::sum));
            }
        }
        all.forEach((queue, values) -> {
            ObjectNode meters = queues.addObject().put("queue", queue).putObject("meters");
            values.forEach((name, value) -> meters.set(name, Numbers.node(value)));
        });
    }
}
