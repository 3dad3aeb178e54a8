package dev.headgate.manage.meters;

import dev.headgate.kafka.AcknowledgingClientFactory;
import dev.headgate.kafka.KafkaLag;
import dev.headgate.manage.meters.TableQueries.Pending;
import dev.headgate.outbox.OutboxEndpoint;
import dev.headgate.sqs.QueueDepth;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the servers, on an INTERVAL, what only they know, and shows the latest answers. */
final class ServerPolls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerPolls.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Asks one server; says how old the answer is, null if nothing of this process concerns it. */
    private interface Question {
        @Nullable
        Duration ask() throws Exception;
    }

    private final CamelContext context;
    private final Backlog backlog;
    private final AcknowledgingClientFactory clients;
    private final KafkaLag kafka = new KafkaLag();
    private final Reasons reasons = new Reasons();
    private final JobMeters jobs;
    private final WaitingMeters waiting;
    private final long startNanos = System.nanoTime();
    private final Map<String, Long> answeredNanos = new ConcurrentHashMap<>();
    private final Map<String, QueueDepth> queues = new ConcurrentHashMap<>();
    private volatile List<KafkaLag.Lag> lags = List.of();
    private volatile TableQueries.Answer answer =
            new TableQueries.Answer(List.of(), List.of(), List.of(), List.of(), 0);

    ServerPolls(
            CamelContext context,
            Backlog backlog,
            AcknowledgingClientFactory clients,
            JobMeters jobs,
            WaitingMeters waiting) {
        this.context = context;
        this.backlog = backlog;
        this.clients = clients;
        this.jobs = jobs;
        this.waiting = waiting;
    }

    void start(PrometheusRegistry registry, ScheduledExecutorService thread) {
        show(registry);
        every(thread, "database", this::askTables);
        every(thread, "kafka", this::askKafka);
        every(thread, "sqs", this::askQueues);
    }

    @Override
    public void close() {
        kafka.close();
    }

    private Duration askTables() throws SQLException {
        Backlog.Told told = backlog.ask();
        answer = told.answer();
        jobs.waiting(answer.jobs(), answer.queues());
        return told.age();
    }

    private @Nullable Duration askKafka() throws ExecutionException, InterruptedException {
        lags = kafka.ask(context, clients.assignments());
        waiting.topics(lags);
        boolean any = context.getRoutes().stream().anyMatch(route -> route.getEndpoint() instanceof KafkaEndpoint);
        return any ? Duration.ZERO : null;
    }

    private @Nullable Duration askQueues() {
        boolean any = false;
        queues.keySet().removeIf(pipeline -> context.getRoute(pipeline) == null);
        for (Route route : context.getRoutes()) {
            if (route.getEndpoint() instanceof Sqs2Endpoint endpoint) {
                any = true;
                QueueDepth.of(endpoint).ifPresent(depth -> {
                    queues.put(route.getRouteId(), depth);
                    waiting.queue(route.getRouteId(), depth);
                });
            }
        }
        return any ? Duration.ZERO : null;
    }

    private void every(ScheduledExecutorService thread, String server, Question question) {
        Runnable ask = () -> {
            try {
                Duration age = question.ask();
                if (age != null) {
                    answeredNanos.put(server, System.nanoTime() - age.toNanos());
                }
            } catch (Exception e) {
                answeredNanos.putIfAbsent(server, startNanos);
                LOG.debug("{} does not answer what is asked for the meters: {}", server, e.toString());
            }
        };
        var unused = thread.scheduleWithFixedDelay(ask, FIRST.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void show(PrometheusRegistry registry) {
        Meters.QUERY_AGE.gauge(
                registry,
                values -> answeredNanos.forEach(
                        (server, nanos) -> values.call((System.nanoTime() - nanos) / NANOS, server)));
        lag(registry, Meters.KAFKA_LAG, KafkaLag.Lag::messages);
        lag(registry, Meters.KAFKA_UNREADABLE, KafkaLag.Lag::unreadable);
        Meters.KAFKA_MISSING.counted(registry, values -> {
            Map<List<String>, Double> sums = new HashMap<>();
            for (AcknowledgingClientFactory.Missing missing : clients.missing()) {
                TopicPartition partition = missing.partition();
                sums.merge(
                        labels(KafkaLag.pipeline(context, missing.group(), partition.topic()), partition),
                        (double) missing.records(),
                        Double::sum);
            }
            sums.forEach((labels, records) -> values.call(records, labels.toArray(String[]::new)));
        });
        Meters.SQS_MESSAGES.gauge(
                registry,
                values -> queues.forEach((pipeline, depth) -> {
                    values.call((double) depth.visible(), pipeline, "visible");
                    values.call((double) depth.inFlight(), pipeline, "in_flight");
                    values.call((double) depth.delayed(), pipeline, "delayed");
                }));
        Meters.OUTBOX_PENDING.gauge(registry, values -> pending()
                .forEach((destination, pending) -> values.call((double) pending.entries(), destination)));
        Meters.OUTBOX_OLDEST.gauge(registry, values -> pending()
                .forEach((destination, pending) -> values.call(pending.oldestSeconds(), destination)));
        Meters.DEAD_LETTERS_OPEN.gauge(registry, values -> open().forEach((pipeline, reasons) ->
                reasons.forEach((reason, messages) -> values.call((double) messages, pipeline, reason))));
        Meters.LEDGER_KEYS.gauge(registry, values -> values.call((double) answer.ledgerKeys()));
    }

    private void lag(PrometheusRegistry registry, Meters meter, ToLongFunction<KafkaLag.Lag> messages) {
        meter.gauge(registry, values -> {
            Map<List<String>, Double> sums = new HashMap<>();
            lags.forEach(lag -> sums.merge(
                    labels(lag.pipeline(), lag.partition()), (double) messages.applyAsLong(lag), Double::sum));
            sums.forEach((labels, sum) -> values.call(sum, labels.toArray(String[]::new)));
        });
    }

    /** Of several groups whose routes are gone, or are just being replaced, these are the same. */
    private static List<String> labels(String pipeline, TopicPartition partition) {
        return List.of(pipeline, partition.topic(), Integer.toString(partition.partition()));
    }

    /** What waits, by destination: zero for a relay of this process that nothing waits for. */
    private Map<String, Pending> pending() {
        Map<String, Pending> relays = new TreeMap<>();
        for (Route route : context.getRoutes()) {
            if (route.getEndpoint() instanceof OutboxEndpoint endpoint) {
                relays.put(endpoint.getDestination(), new Pending(endpoint.getDestination(), 0, 0));
            }
        }
        answer.outbox().forEach(pending -> relays.put(pending.destination(), pending));
        return relays;
    }

    private Map<String, Map<String, Long>> open() {
        Map<String, Map<String, Long>> pipelines = new TreeMap<>();
        answer.deadLetters().forEach(open -> pipelines
                .computeIfAbsent(open.pipeline(), name -> new TreeMap<>())
                .merge(reasons.bounded(open.reason()), open.messages(), Long::sum));
        return pipelines;
    }
}
