package dev.headgate.batch;

import dev.headgate.failure.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of {@code batch:NAME}; those of the component are the defaults of its endpoints. */
@UriParams
public class BatchConfiguration implements Cloneable {

    @UriParam(
            label = "producer",
            description = "A simple expression: messages with the same value are written in order of arrival."
                    + " By default the Kafka key, else the idempotency key.")
    private @Nullable String orderBy;

    @UriParam(
            label = "producer",
            defaultValue = "${header.message-id}",
            description = "A simple expression: of the messages with the same value one takes effect, where no"
                    + " idempotentConsumer of the route has named a key. Without a value it is the place that the message"
                    + " came from.")
    private @Nullable String keyBy;

    @UriParam(
            label = "producer",
            description = "What is sent here is a dead letter, to be stored with the exception that the error handler"
                    + " caught: for the deadLetterUri of a source's route.")
    private boolean deadLetter;

    @UriParam(label = "consumer", defaultValue = "2000", description = "A batch closes at this many messages.")
    private int maxSize = 2000;

    @UriParam(
            label = "consumer",
            defaultValue = "8388608",
            description =
                    "A batch closes at this many bytes of payload and headers; a larger message is a batch of its own.")
    private long maxBytes = 8L * 1024 * 1024;

    @UriParam(
            label = "consumer",
            defaultValue = "200",
            description = "A batch closes when its oldest message has waited this long.")
    private Duration linger = Duration.ofMillis(200);

    @UriParam(
            label = "consumer",
            defaultValue = "2",
            description = "How many batches are written at once: threads, and connections to the database.")
    private int lanes = 2;

    @UriParam(
            label = "consumer",
            defaultValue = "100",
            description = "The longest delay before a batch that met an outage is tried again the first time.")
    private Duration backoffBase = Duration.ofMillis(100);

    @UriParam(
            label = "consumer",
            defaultValue = "2",
            description = "By what the longest delay grows with each attempt.")
    private double backoffFactor = 2;

    @UriParam(
            label = "consumer",
            defaultValue = "10000",
            description = "The longest delay between any two attempts; each is random, up to its longest.")
    private Duration backoffCap = Duration.ofSeconds(10);

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            description =
                    "A batch that takes longer to write shrinks the next ones and the lanes that write at once, as"
                            + " an outage does; both grow back with each one that does not.")
    private Duration latencyTarget = Duration.ofSeconds(1);

    @UriParam(
            label = "consumer",
            defaultValue = "0.5",
            description =
                    "The largest share of the latest messages, of their keys and of their partitions that the sink may"
                            + " refuse for one reason; beyond it, and beyond 20 messages, they are held. 1 lets all of them become"
                            + " dead letters.")
    private volatile double maxRejected = 0.5;

    @UriParam(
            label = "consumer",
            defaultValue = "continue",
            enums = "continue,hold-key",
            description = "What becomes of the later messages of a key when one of its messages is refused: they"
                    + " continue, or, with hold-key, are held as dead letters until it is replayed or discarded.")
    private String onReject = "continue";

    @UriParam(
            label = "consumer",
            defaultValue = "drop",
            enums = "drop,dead-letter",
            description = "What becomes of a message whose id was used before with other content: it is dropped as a"
                    + " duplicate, counted and logged, or becomes a dead letter.")
    private String onConflict = "drop";

    @UriParam(
            label = "consumer",
            defaultValue = "keys",
            enums = "keys,positions",
            description =
                    "What tells that a message was applied: its key in the ledger, or, with positions, the position of"
                            + " its partition of Kafka. That costs no row a message, and is for senders that never send one twice.")
    private String idempotency = "keys";

    @UriParam(
            label = "consumer",
            description = "The outbox destination that gets a copy of each dead letter, with the reason in its headers."
                    + " By default none.")
    private @Nullable String deadLetterDestination;

    @UriParam(
            label = "consumer",
            description =
                    "The columns of the relation batch, which the route's SQL reads: a list such as order_id text,"
                            + " amount numeric(12,2). Each has the value of the JSON property of its name. By default there is no"
                            + " such relation.")
    private @Nullable String columns;

    @UriParam(
            label = "consumer",
            description =
                    "Further columns of the relation batch, of headers: a list of their names with types, such as channel"
                            + " text.")
    private @Nullable String headerColumns;

    /** The same values in an object of their own. */
    public BatchConfiguration copy() {
        try {
            return (BatchConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    /**
     * Looks at the values that no type excludes.
     *
     * @throws IllegalArgumentException names the first option with a value that cannot be
     */
    void check() {
        requirePositive("maxSize", maxSize);
        requirePositive("maxBytes", maxBytes);
        requirePositive("lanes", lanes);
        requirePositive("linger", linger);
        requirePositive("backoffBase", backoffBase);
        requirePositive("backoffCap", backoffCap);
        requirePositive("latencyTarget", latencyTarget);
        if (!(backoffFactor >= 1)) {
            throw new IllegalArgumentException("backoffFactor must be 1 or more, found " + backoffFactor);
        }
        policy();
        batchColumns();
    }

    /** The relation that the route's SQL reads; null without. */
    @Nullable
    BatchColumns batchColumns() {
        return BatchColumns.of(columns, headerColumns);
    }

    BatchPolicy policy() {
        return BatchPolicy.of(onReject, onConflict, idempotency, deadLetterDestination);
    }

    Backoff backoff() {
        return new Backoff(
                backoffBase,
                backoffFactor,
                backoffCap.compareTo(backoffBase) < 0 ? backoffBase : backoffCap,
                () -> ThreadLocalRandom.current().nextLong());
    }

    private static void requirePositive(String option, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(option + " must be greater than 0, found " + value);
        }
    }

    private static void requirePositive(String option, Duration value) {
        if (value.toMillis() <= 0) {
            throw new IllegalArgumentException(
                    option + " must be longer than a millisecond, found " + value.toNanos() + " ns");
        }
    }

    public @Nullable String getOrderBy() {
        return orderBy;
    }

    public void setOrderBy(@Nullable String orderBy) {
        this.orderBy = orderBy;
    }

    public @Nullable String getKeyBy() {
        return keyBy;
    }

    public void setKeyBy(@Nullable String keyBy) {
        this.keyBy = keyBy;
    }

    public boolean isDeadLetter() {
        return deadLetter;
    }

    public void setDeadLetter(boolean deadLetter) {
        this.deadLetter = deadLetter;
    }

    public int getMaxSize() {
        return maxSize;
    }

    public void setMaxSize(int maxSize) {
        this.maxSize = maxSize;
    }

    public long getMaxBytes() {
        return maxBytes;
    }

    public void setMaxBytes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public Duration getLinger() {
        return linger;
    }

    public void setLinger(Duration linger) {
        this.linger = linger;
    }

    public int getLanes() {
        return lanes;
    }

    public void setLanes(int lanes) {
        this.lanes = lanes;
    }

    public Duration getBackoffBase() {
        return backoffBase;
    }

    public void setBackoffBase(Duration backoffBase) {
        this.backoffBase = backoffBase;
    }

    public double getBackoffFactor() {
        return backoffFactor;
    }

    public void setBackoffFactor(double backoffFactor) {
        this.backoffFactor = backoffFactor;
    }

    public Duration getBackoffCap() {
        return backoffCap;
    }

    public void setBackoffCap(Duration backoffCap) {
        this.backoffCap = backoffCap;
    }

    public Duration getLatencyTarget() {
        return latencyTarget;
    }

    public void setLatencyTarget(Duration latencyTarget) {
        this.latencyTarget = latencyTarget;
    }

    public double getMaxRejected() {
        return maxRejected;
    }

    public void setMaxRejected(double maxRejected) {
        if (!(maxRejected >= 0 && maxRejected <= 1)) {
            throw new IllegalArgumentException("maxRejected must be from 0 to 1, found " + maxRejected);
        }
        this.maxRejected = maxRejected;
    }

    public String getOnReject() {
        return onReject;
    }

    public void setOnReject(String onReject) {
        this.onReject = onReject;
    }

    public String getOnConflict() {
        return onConflict;
    }

    public void setOnConflict(String onConflict) {
        this.onConflict = onConflict;
    }

    public String getIdempotency() {
        return idempotency;
    }

    public void setIdempotency(String idempotency) {
        this.idempotency = idempotency;
    }

    public @Nullable String getDeadLetterDestination() {
        return deadLetterDestination;
    }

    public void setDeadLetterDestination(@Nullable String deadLetterDestination) {
        this.deadLetterDestination = deadLetterDestination;
    }

    public @Nullable String getColumns() {
        return columns;
    }

    public void setColumns(@Nullable String columns) {
        this.columns = columns;
    }

    public @Nullable String getHeaderColumns() {
        return headerColumns;
    }

    public void setHeaderColumns(@Nullable String headerColumns) {
        this.headerColumns = headerColumns;
    }
}
