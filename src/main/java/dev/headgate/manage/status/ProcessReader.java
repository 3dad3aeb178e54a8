package dev.headgate.manage.status;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.Held;
import dev.headgate.manage.meters.Build;
import dev.headgate.manage.meters.MeterSnapshot;
import dev.headgate.manage.meters.Meters;
import dev.headgate.manage.slo.Budget;
import dev.headgate.manage.slo.Objective;
import dev.headgate.manage.status.ProcessStatus.DeadLetterCount;
import dev.headgate.manage.status.ProcessStatus.NotReady;
import dev.headgate.manage.status.ProcessStatus.ObjectiveText;
import dev.headgate.manage.status.ProcessStatus.QueueMeters;
import dev.headgate.manage.status.ProcessStatus.RelayState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;

/** Reads the state of the whole process out of the meters, the routes and the health checks. */
final class ProcessReader {

    private final CamelContext context;
    private final Topology topology;
    private final PipelineReader pipelines;
    private final History history;
    private final boolean writes;

    ProcessReader(
            CamelContext context,
            InflightLimit limit,
            Supplier<Collection<Held>> holds,
            History history,
            Map<String, Budget> budgets,
            boolean writes) {
        this.context = context;
        this.writes = writes;
        this.topology = new Topology(context);
        this.pipelines = new PipelineReader(context, topology, limit, holds, history, budgets);
        this.history = history;
    }

    /**
     * Reads all of it.
     *
     * @param moment the last seconds, which rates are taken from
     * @param minute the last minute, which quantiles are taken from
     */
    ProcessStatus read(Instant started, MeterDelta moment, MeterDelta minute) {
        MeterSnapshot now = moment.now();
        Map<String, Double> ages = new LinkedHashMap<>();
        now.series(Meters.QUERY_AGE).forEach((server, age) -> ages.put(server.get(0), age));
        return new ProcessStatus(
                now.at().truncatedTo(ChronoUnit.MILLIS),
                started.truncatedTo(ChronoUnit.SECONDS),
                Build.version(),
                Build.commit(),
                writes,
                notReady(),
                ages,
                Stream.of(Objective.values())
                        .map(objective -> new ObjectiveText(objective, objective.text(), objective.budget()))
                        .toList(),
                history.times(),
                now.first(Meters.INFLIGHT_MESSAGES).stream()
                        .map(name -> pipelines.read(name, moment, minute))
                        .toList(),
                now.first(Meters.OUTBOX_PENDING).stream()
                        .map(name -> outbox(name, moment, minute))
                        .toList(),
                deadLetters(now),
                queues(now));
    }

    private List<NotReady> notReady() {
        return HealthCheckHelper.invokeReadiness(context, "full").stream()
                .filter(result -> result.getState() != HealthCheck.State.UP)
                .map(result -> new NotReady(
                        result.getCheck().getId(), result.getMessage().orElse("")))
                .sorted(Comparator.comparing(NotReady::check))
                .toList();
    }

    private RelayState outbox(String name, MeterDelta moment, MeterDelta minute) {
        MeterSnapshot now = moment.now();
        return new RelayState(
                name,
                topology.targets("outbox", name),
                now.value(Meters.OUTBOX_PENDING, name),
                now.value(Meters.OUTBOX_OLDEST, name),
                now.value(Meters.OUTBOX_DELIVERED, name),
                moment.perSecond(Meters.OUTBOX_DELIVERED, name),
                minute.quantile(0.5, Meters.OUTBOX_LAG, name),
                minute.quantile(0.99, Meters.OUTBOX_LAG, name),
                minute.sumOfIncreases(Meters.OUTBOX_ERRORS, name));
    }

    private static List<DeadLetterCount> deadLetters(MeterSnapshot now) {
        Map<List<String>, Double> open = now.series(Meters.DEAD_LETTERS_OPEN);
        Map<List<String>, Double> counted = now.series(Meters.DEAD_LETTERS);
        Set<List<String>> keys = new TreeSet<>(Comparator.comparing(List::toString));
        keys.addAll(open.keySet());
        keys.addAll(counted.keySet());
        return keys.stream()
                .map(key -> new DeadLetterCount(
                        key.get(0), key.get(1), open.getOrDefault(key, 0.0), counted.getOrDefault(key, 0.0)))
                .toList();
    }

    private static List<QueueMeters> queues(MeterSnapshot now) {
        Map<String, Map<String, Double>> queues = new TreeMap<>();
        for (Meters meter : Meters.values()) {
            int queue = meter.labels().indexOf("queue");
            int state = meter.labels().indexOf("state");
            if (queue >= 0) {
                now.series(meter).forEach((labels, value) -> queues.computeIfAbsent(
                                labels.get(queue), name -> new TreeMap<>())
                        .merge(meter.meterName() + (state < 0 ? "" : " " + labels.get(state)), value, Double::sum));
            }
        }
        return queues.entrySet().stream()
                .map(queue -> new QueueMeters(queue.getKey(), queue.getValue()))
                .toList();
    }
}
