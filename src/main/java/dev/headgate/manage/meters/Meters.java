package dev.headgate.manage.meters;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Every meter of Headgate's own: its name as Prometheus sees it, its kind, what it says, its labels.
 *
 * <p>The values of labels are bounded: {@code pipeline} is a route that consumes from outside, {@code stage} one of {@code
 * source, process, batch, sink, acknowledge}, {@code batch} and {@code destination} the names in {@code batch:} and {@code
 * outbox:}, {@code class} one of {@code outage, rejected, unknown}, {@code reason} and {@code queue} one of those first
 * seen, else {@code other}; the queues of this process's routes are seen first.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list of labels is a copy
public enum Meters {
    STAGE_MESSAGES(
            MeterKind.COUNTER,
            "headgate_stage_messages_total",
            "Messages that have passed the stage: taken from the source, handed to a batch, closed into one, committed,"
                    + " acknowledged. process and batch are counted when the batch closes.",
            "pipeline",
            "stage"),
    STAGE_DURATION(
            MeterKind.SECONDS,
            "headgate_stage_duration_seconds",
            "source: a fetch that brought messages. process: a message in its route, throttle included, to the"
                    + " millisecond. batch: the wait of a batch's oldest message. sink: an attempt to write that"
                    + " succeeded. acknowledge: a request to commit or to delete.",
            "pipeline",
            "stage"),
    STAGE_ERRORS(
            MeterKind.COUNTER,
            "headgate_stage_errors_total",
            "Failures. process: messages that are refused. sink: attempts that failed and are made again, messages that"
                    + " are refused. acknowledge: requests that failed.",
            "pipeline",
            "stage",
            "class",
            "reason"),
    OUTCOMES(
            MeterKind.COUNTER,
            "headgate_outcomes_total",
            "Messages by what became of them: applied, duplicate, dead_letter. What is acknowledged beyond these was"
                    + " filtered by its route.",
            "pipeline",
            "outcome"),
    FRESHNESS(
            MeterKind.SECONDS,
            "headgate_freshness_seconds",
            "From a message's own timestamp to the commit that ended it.",
            "pipeline"),
    WAITING_LATE(
            MeterKind.GAUGE,
            "headgate_waiting_late_messages",
            "Messages that have not ended and are older than 60 s: in a batch by their own timestamp, in the source by when"
                    + " this process first knew of them.",
            "pipeline"),
    WAITING_OLDEST(
            MeterKind.GAUGE,
            "headgate_waiting_oldest_seconds",
            "Age of the oldest message in a batch, by its own timestamp; 0 if there is none.",
            "pipeline"),

    BATCHES_CLOSED(
            MeterKind.COUNTER,
            "headgate_batches_closed_total",
            "Batches by what closed them: count, bytes, age, flush.",
            "batch",
            "reason"),
    BATCH_MESSAGES(MeterKind.MESSAGES, "headgate_batch_messages", "Messages in a closed batch.", "batch"),
    BATCH_BYTES(MeterKind.BYTES, "headgate_batch_bytes", "Bytes of payloads and headers in a closed batch.", "batch"),
    BATCH_RETRIES(
            MeterKind.COUNTER,
            "headgate_batch_retries_total",
            "Attempts to write that failed, and are made again with the same messages.",
            "batch"),
    BATCH_HELD(MeterKind.GAUGE, "headgate_batch_held", "1 while a lane of the batch cannot write.", "batch"),
    BATCH_SIZE_LIMIT(
            MeterKind.GAUGE,
            "headgate_batch_size_limit",
            "Most messages in one write at present; shrinks on outages and slow writes.",
            "batch"),
    LANES(MeterKind.GAUGE, "headgate_batch_lanes", "Lanes of the batch.", "batch"),
    LANES_ALLOWED(
            MeterKind.GAUGE, "headgate_batch_lanes_allowed", "Most lanes that may write at once at present.", "batch"),
    LANES_WRITING(MeterKind.GAUGE, "headgate_batch_lanes_writing", "Lanes that are writing now.", "batch"),
    LANE_QUEUE(
            MeterKind.GAUGE,
            "headgate_batch_lane_queue_messages",
            "Messages that wait in the lane or are being written.",
            "batch",
            "lane"),

    INFLIGHT_MESSAGES(
            MeterKind.GAUGE,
            "headgate_inflight_messages",
            "Messages that were handed to the route and are not yet acknowledged.",
            "pipeline"),
    INFLIGHT_BYTES(MeterKind.GAUGE, "headgate_inflight_bytes", "The bytes in them.", "pipeline"),
    INFLIGHT_LIMIT_MESSAGES(
            MeterKind.GAUGE,
            "headgate_inflight_limit_messages",
            "Messages from which on the source pauses.",
            "pipeline"),
    INFLIGHT_LIMIT_BYTES(
            MeterKind.GAUGE, "headgate_inflight_limit_bytes", "Bytes from which on the source pauses.", "pipeline"),
    PROCESS_LIMIT_MESSAGES(
            MeterKind.GAUGE,
            "headgate_inflight_process_limit_messages",
            "Messages of all sources together from which on all pause."),
    PROCESS_LIMIT_BYTES(
            MeterKind.GAUGE,
            "headgate_inflight_process_limit_bytes",
            "Bytes of all sources together from which on all pause."),

    SOURCE_PAUSED(
            MeterKind.GAUGE,
            "headgate_source_paused",
            "1 while the source pauses for this reason: inflight (its limit), process (that of the process), outage"
                    + " (what it feeds cannot write), operator.",
            "pipeline",
            "reason"),
    SOURCE_PAUSES(
            MeterKind.COUNTER, "headgate_source_pauses_total", "How often the source began to pause.", "pipeline"),
    SOURCE_RESUMES(MeterKind.COUNTER, "headgate_source_resumes_total", "How often it went on.", "pipeline"),
    SOURCE_PAUSED_SECONDS(
            MeterKind.COUNTER,
            "headgate_source_paused_seconds_total",
            "How long it has paused, this pause included.",
            "pipeline"),
    THROTTLED_MESSAGES(
            MeterKind.COUNTER,
            "headgate_throttled_messages_total",
            "Messages that a throttle of the route has kept for a millisecond or longer.",
            "pipeline"),
    THROTTLED_SECONDS(
            MeterKind.COUNTER,
            "headgate_throttled_seconds_total",
            "How long throttles have kept these messages.",
            "pipeline"),

    KAFKA_LAG(
            MeterKind.GAUGE,
            "headgate_kafka_lag_messages",
            "From the committed offset to the end of what can be read of a partition that is assigned to this process,"
                    + " also while it pauses.",
            "pipeline",
            "topic",
            "partition"),
    KAFKA_UNREADABLE(
            MeterKind.GAUGE,
            "headgate_kafka_unreadable_messages",
            "From there to the end of the partition: what waits behind a transaction that is open.",
            "pipeline",
            "topic",
            "partition"),
    KAFKA_MISSING(
            MeterKind.COUNTER,
            "headgate_kafka_missing_messages_total",
            "Offsets that the broker had deleted before they were read: at most so many messages were never seen.",
            "pipeline",
            "topic",
            "partition"),
    SQS_OLDEST(
            MeterKind.GAUGE,
            "headgate_sqs_oldest_received_seconds",
            "Age of the oldest message in the last receive when it came; 0 if that brought none.",
            "pipeline"),
    SQS_MESSAGES(
            MeterKind.GAUGE,
            "headgate_sqs_queue_messages",
            "About how many messages the queue has: visible, in_flight, delayed.",
            "pipeline",
            "state"),

    OUTBOX_PENDING(
            MeterKind.GAUGE,
            "headgate_outbox_pending",
            "Entries that are not yet delivered; counted up to 100,000 of all destinations.",
            "destination"),
    OUTBOX_OLDEST(
            MeterKind.GAUGE,
            "headgate_outbox_oldest_pending_seconds",
            "Age of the oldest of them; 0 if there is none.",
            "destination"),
    OUTBOX_LAG(
            MeterKind.SECONDS,
            "headgate_outbox_relay_lag_seconds",
            "From the insertion of the oldest entry of a bulk to its being marked delivered.",
            "destination"),
    OUTBOX_DELIVERED(
            MeterKind.COUNTER, "headgate_outbox_delivered_total", "Entries sent and marked delivered.", "destination"),
    OUTBOX_ERRORS(
            MeterKind.COUNTER,
            "headgate_outbox_errors_total",
            "Bulks that could not be sent and are sent again, entries that are refused.",
            "destination",
            "class",
            "reason"),

    JOBS(
            MeterKind.GAUGE,
            "headgate_jobs",
            "Jobs that have not ended; counted up to 100,000 a state.",
            "queue",
            "state"),
    JOB_OLDEST(
            MeterKind.GAUGE,
            "headgate_job_oldest_due_seconds",
            "How long the job due longest has been due, or 0.",
            "queue"),
    JOB_PAUSED(MeterKind.GAUGE, "headgate_job_queue_paused", "1 while the queue is paused, in all processes.", "queue"),
    JOB_NEXT_RUN(
            MeterKind.GAUGE,
            "headgate_job_next_run_timestamp_seconds",
            "When the schedule of the queue enqueues its next job, in seconds of the epoch; NaN without one.",
            "queue"),
    JOB_LAG(
            MeterKind.SECONDS,
            "headgate_job_lag_seconds",
            "From when a job was due to when its handler began.",
            "queue"),
    JOB_DURATION(
            MeterKind.SECONDS,
            "headgate_job_duration_seconds",
            "An attempt in its handler; if it ends in a batch, until that has committed.",
            "queue"),
    JOB_EXECUTED(
            MeterKind.COUNTER,
            "headgate_job_executed_total",
            "Attempts that have ended, by what their job was then; a snoozed one is scheduled.",
            "queue",
            "state"),
    JOB_ERRORS(
            MeterKind.COUNTER, "headgate_job_errors_total", "Attempts that have failed.", "queue", "class", "reason"),
    JOB_RESCUED(
            MeterKind.COUNTER,
            "headgate_job_rescued_total",
            "Jobs of lost processes that this one has rescued, by what they were then.",
            "queue",
            "state"),

    LEDGER_KEYS(
            MeterKind.GAUGE,
            "headgate_ledger_keys",
            "About how many keys the ledger has, as Postgres estimates its rows."),
    LEDGER_REMEMBERED(MeterKind.GAUGE, "headgate_ledger_remembered_keys", "Keys of the ledger in memory."),
    LEDGER_CONFLICTS(
            MeterKind.COUNTER,
            "headgate_ledger_conflicts_total",
            "Messages whose key was in the ledger when their batch claimed it.",
            "pipeline"),

    ID_CONFLICTS(
            MeterKind.COUNTER,
            "headgate_id_conflicts_total",
            "Messages whose id was used before with other content, duplicates by default: their sender uses an id twice.",
            "pipeline"),

    DEAD_LETTERS(
            MeterKind.COUNTER,
            "headgate_dead_letters_total",
            "Messages that became dead letters.",
            "pipeline",
            "reason"),
    DEAD_LETTERS_OPEN(
            MeterKind.GAUGE,
            "headgate_dead_letters_open",
            "Dead letters that nobody has decided about, replays under way included; counted up to 100,000.",
            "pipeline",
            "reason"),

    MANAGEMENT_REFUSED(
            MeterKind.COUNTER,
            "headgate_management_refused_total",
            "Requests to the management server with wrong credentials."),
    QUERY_AGE(
            MeterKind.GAUGE,
            "headgate_query_age_seconds",
            "How old the values are that are asked of a server: database, kafka or sqs.",
            "server"),
    BUILD(MeterKind.INFO, "headgate_build_info", "1, labelled with what runs.", "version", "commit");

    private final MeterKind kind;
    private final String meterName;
    private final String help;
    private final List<String> labels;

    Meters(MeterKind kind, String meterName, String help, String... labels) {
        this.kind = kind;
        this.meterName = meterName;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** The name that a query has for it; a histogram's series have {@code _bucket}, {@code _sum} and {@code _count} behind it. */
    public String meterName() {
        return meterName;
    }

    /** {@code counter}, {@code gauge} or {@code histogram}. */
    public String type() {
        if (kind == MeterKind.INFO) {
            return "gauge";
        }
        return kind.bounds().length > 0 ? "histogram" : kind.name().toLowerCase(Locale.ROOT);
    }

    /** What it says, for the table of meters and for a scrape. */
    public String help() {
        return help;
    }

    public List<String> labels() {
        return labels;
    }

    Counter counter(PrometheusRegistry registry) {
        return named(Counter.builder()).withoutExemplars().register(registry);
    }

    Histogram histogram(PrometheusRegistry registry) {
        return named(Histogram.builder())
                .classicOnly()
                .classicUpperBounds(kind.bounds())
                .withoutExemplars()
                .register(registry);
    }

    /** A gauge whose values are looked up at each scrape: they must be at hand. */
    void gauge(PrometheusRegistry registry, Consumer<GaugeWithCallback.Callback> values) {
        named(GaugeWithCallback.builder()).callback(values).register(registry);
    }

    /** A counter that somebody else counts; looked up at each scrape. */
    void counted(PrometheusRegistry registry, Consumer<CounterWithCallback.Callback> values) {
        named(CounterWithCallback.builder()).callback(values).register(registry);
    }

    /** 1, with these values of its labels. */
    void info(PrometheusRegistry registry, String... values) {
        named(Info.builder()).register(registry).addLabelValues(values);
    }

    private <B extends MetricWithFixedMetadata.Builder<B, M>, M extends MetricWithFixedMetadata> B named(B builder) {
        return builder.name(meterName).help(help).labelNames(labels.toArray(String[]::new));
    }
}
