package dev.headgate.outbox;

import dev.headgate.failure.Backoff;
import java.time.Duration;
import java.util.Objects;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of {@code outbox:destination}, all but its name. Set before the endpoint is used, by one thread. */
@UriParams
public class OutboxConfiguration {

    private static final int REPEATED = 2_000;
    private static final int NOT_REPEATED = 10_000;

    @UriParam(
            label = "consumer",
            description =
                    "Most entries in one exchange. Larger is faster and repeats more after a crash: 2000 by default, and"
                            + " 10000 with exactlyOnce, which repeats none.")
    private @Nullable Integer maxEntries;

    @UriParam(
            label = "consumer",
            defaultValue = "8388608",
            description = "Most payload bytes in one exchange, which bounds memory. A larger entry travels alone.")
    private long maxBytes = 8L * 1024 * 1024;

    @UriParam(
            label = "consumer",
            defaultValue = "500",
            description =
                    "How long to wait at most after a look that found nothing, unless woken earlier; after a minute of nothing four times as long, up to 2 s.")
    private Duration pollInterval = Duration.ofMillis(500);

    @UriParam(
            label = "consumer",
            defaultValue = "500",
            description = "Wait after the first failed attempt, with a jitter of half of it.")
    private Duration backoffBase = Duration.ofMillis(500);

    @UriParam(
            label = "consumer",
            defaultValue = "2",
            description = "Factor from one wait between attempts to the next.")
    private double backoffFactor = 2;

    @UriParam(label = "consumer", defaultValue = "30000", description = "Longest wait between attempts.")
    private Duration backoffCap = Duration.ofSeconds(30);

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description =
                    "An entry that failed so often, the last time by itself, becomes a dead letter. 0 means that it is"
                            + " tried without end, as an outage of the destination wants.")
    private int maxAttempts;

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description =
                    "0: an exchange is a list of entries, as for Kafka and SQS. Above: an exchange is one entry, as for"
                            + " HTTP, so many at once, those of a key one after another.")
    private int concurrency;

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description =
                    "For routes that send to Kafka and nowhere else: each exchange is one transaction, and readers with"
                            + " read_committed see each entry once. Needs the right to the topic headgate-relays and to"
                            + " transactional ids that begin with headgate/.")
    private boolean exactlyOnce;

    OutboxRelay.Options relayOptions(String destination) {
        Backoff backoff = new Backoff(backoffBase, backoffFactor, backoffCap, Backoff.Jitter.HALF);
        int most = Objects.requireNonNullElse(maxEntries, exactlyOnce ? NOT_REPEATED : REPEATED);
        return new OutboxRelay.Options(destination, most, maxBytes, pollInterval, backoff, maxAttempts);
    }

    public @Nullable Integer getMaxEntries() {
        return maxEntries;
    }

    public void setMaxEntries(@Nullable Integer maxEntries) {
        this.maxEntries = maxEntries;
    }

    public long getMaxBytes() {
        return maxBytes;
    }

    public void setMaxBytes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public Duration getPollInterval() {
        return pollInterval;
    }

    public void setPollInterval(Duration pollInterval) {
        this.pollInterval = pollInterval;
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

    public int getMaxAttempts() {
        return maxAttempts;
    }

    public void setMaxAttempts(int maxAttempts) {
        this.maxAttempts = maxAttempts;
    }

    public int getConcurrency() {
        return concurrency;
    }

    public void setConcurrency(int concurrency) {
        if (concurrency < 0) {
            throw new IllegalArgumentException("Expected a concurrency of 0 or more, found " + concurrency);
        }
        this.concurrency = concurrency;
    }

    public boolean isExactlyOnce() {
        return exactlyOnce;
    }

    public void setExactlyOnce(boolean exactlyOnce) {
        this.exactlyOnce = exactlyOnce;
    }
}
