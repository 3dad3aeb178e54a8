package dev.headgate.batch;

import dev.headgate.failure.Backoff;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Expression;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Language;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Collect messages into batches that are written and acknowledged as one.
 *
 * <p>A source's route sends to {@code batch:name}, which takes over the completions of its exchanges; the route that
 * consumes from {@code batch:name} gets a {@link Batch} as body, one thread a lane, and must claim it.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "batch",
        title = "Batch",
        syntax = "batch:name",
        category = {Category.CORE, Category.MESSAGING})
public class BatchEndpoint extends DefaultEndpoint {

    @UriPath(description = "The name that the sending and the consuming routes share.")
    @Metadata(required = true)
    private String name;

    @UriParam(
            label = "producer",
            description = "A simple expression: messages with the same value are written in order of arrival."
                    + " By default the Kafka key, else the idempotency key.")
    private @Nullable String orderBy;

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
            javaType = "java.time.Duration",
            description = "A batch closes when its oldest message has waited this long.")
    private long linger = 200;

    @UriParam(
            label = "consumer",
            defaultValue = "2",
            description = "How many batches are written at once: threads, and connections to the database.")
    private int lanes = 2;

    @UriParam(
            label = "consumer",
            defaultValue = "100",
            javaType = "java.time.Duration",
            description = "The longest delay before a batch that met an outage is tried again the first time.")
    private long backoffBase = 100;

    @UriParam(
            label = "consumer",
            defaultValue = "2",
            description = "By what the longest delay grows with each attempt.")
    private double backoffFactor = 2;

    @UriParam(
            label = "consumer",
            defaultValue = "10000",
            javaType = "java.time.Duration",
            description = "The longest delay between any two attempts; each is random, up to its longest.")
    private long backoffCap = 10_000;

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            javaType = "java.time.Duration",
            description =
                    "A batch that takes longer to write shrinks the next ones and the lanes that write at once, as"
                            + " an outage does; both grow back with each one that does not.")
    private long latencyTarget = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "0.5",
            description = "The largest share of a batch that may be rejected for one reason; beyond it, and beyond 20"
                    + " messages, the batch is held like in an outage. 1 lets all of them become dead letters.")
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
            description = "The outbox destination that gets a copy of each dead letter, with the reason in its headers."
                    + " By default none.")
    private @Nullable String deadLetterDestination;

    public BatchEndpoint(String uri, BatchComponent component, String name) {
        super(uri, component);
        this.name = name;
    }

    @Override
    public BatchComponent getComponent() {
        return (BatchComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        Expression expression = null;
        if (orderBy != null) {
            Language simple = getCamelContext().resolveLanguage("simple");
            expression = simple.createExpression(orderBy);
            expression.init(getCamelContext());
        }
        return new BatchProducer(this, expression);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        requirePositive("maxSize", maxSize);
        requirePositive("maxBytes", maxBytes);
        requirePositive("linger", linger);
        requirePositive("lanes", lanes);
        requirePositive("backoffBase", backoffBase);
        requirePositive("backoffCap", backoffCap);
        requirePositive("latencyTarget", latencyTarget);
        policy();
        BatchConsumer consumer = new BatchConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    RouteWriter.Options writerOptions() {
        Backoff backoff = new Backoff(
                Duration.ofMillis(backoffBase),
                backoffFactor,
                Duration.ofMillis(Math.max(backoffBase, backoffCap)),
                () -> ThreadLocalRandom.current().nextLong());
        return new RouteWriter.Options(backoff, this::getMaxRejected, policy());
    }

    private void requirePositive(String option, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(
                    "batch:" + name + ": " + option + " must be greater than 0, found " + value);
        }
    }

    BatchPolicy policy() {
        try {
            return new BatchPolicy(OnReject.of(onReject), deadLetterDestination);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("batch:" + name + ": " + e.getMessage(), e);
        }
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public @Nullable String getOrderBy() {
        return orderBy;
    }

    public void setOrderBy(@Nullable String orderBy) {
        this.orderBy = orderBy;
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

    public long getLinger() {
        return linger;
    }

    public void setLinger(long linger) {
        this.linger = linger;
    }

    public int getLanes() {
        return lanes;
    }

    public void setLanes(int lanes) {
        this.lanes = lanes;
    }

    public long getBackoffBase() {
        return backoffBase;
    }

    public void setBackoffBase(long backoffBase) {
        this.backoffBase = backoffBase;
    }

    public double getBackoffFactor() {
        return backoffFactor;
    }

    public void setBackoffFactor(double backoffFactor) {
        this.backoffFactor = backoffFactor;
    }

    public long getBackoffCap() {
        return backoffCap;
    }

    public void setBackoffCap(long backoffCap) {
        this.backoffCap = backoffCap;
    }

    public long getLatencyTarget() {
        return latencyTarget;
    }

    public void setLatencyTarget(long latencyTarget) {
        this.latencyTarget = latencyTarget;
    }

    public double getMaxRejected() {
        return maxRejected;
    }

    public void setMaxRejected(double maxRejected) {
        if (!(maxRejected >= 0 && maxRejected <= 1)) {
            throw new IllegalArgumentException(
                    "batch:" + name + ": maxRejected must be from 0 to 1, found " + maxRejected);
        }
        this.maxRejected = maxRejected;
    }

    public String getOnReject() {
        return onReject;
    }

    public void setOnReject(String onReject) {
        this.onReject = onReject;
    }

    public @Nullable String getDeadLetterDestination() {
        return deadLetterDestination;
    }

    public void setDeadLetterDestination(@Nullable String deadLetterDestination) {
        this.deadLetterDestination = deadLetterDestination;
    }
}
