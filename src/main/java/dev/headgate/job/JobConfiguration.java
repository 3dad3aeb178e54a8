package dev.headgate.job;

import dev.headgate.failure.Backoff;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of {@code job:queue}, all but its name. Set before the endpoint is used, by one thread. */
@UriParams
public class JobConfiguration {

    private static final int MAX_ATTEMPTS = 20;

    @UriParam(description = "The attempt after which a job is discarded. By default the consumer's: 20.")
    private @Nullable Integer maxAttempts;

    @UriParam(
            label = "consumer",
            defaultValue = "4",
            description = "Most jobs of the queue that this process executes at once.")
    private int concurrency = 4;

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description = "Most jobs of the queue that this process begins in a second. 0 for any number.")
    private int maxRate;

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description = "An attempt that takes longer is interrupted, and has failed. 0 for any time.")
    private Duration timeout = Duration.ZERO;

    @UriParam(label = "consumer", defaultValue = "15000", description = "The longest delay before the second attempt.")
    private Duration backoffBase = Duration.ofSeconds(15);

    @UriParam(
            label = "consumer",
            defaultValue = "2",
            description = "By what the longest delay grows with each attempt.")
    private double backoffFactor = 2;

    @UriParam(
            label = "consumer",
            defaultValue = "3600000",
            description = "The longest delay between any two attempts; each is random, up to its longest.")
    private Duration backoffCap = Duration.ofHours(1);

    @UriParam(
            label = "consumer",
            defaultValue = "500",
            description =
                    "How long to wait after a look that found nothing, unless woken earlier; after a minute of nothing four times as long, up to 2 s.")
    private Duration pollInterval = Duration.ofMillis(500);

    @UriParam(
            label = "consumer",
            description = "Cron expression of five fields; at each of its times a job without payload is enqueued.")
    private @Nullable String schedule;

    @UriParam(label = "consumer", defaultValue = "UTC", description = "The time zone of the schedule.")
    private String zone = "UTC";

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description = "Whether runs of the schedule at which no process was there are made up for.")
    private boolean catchUp;

    @UriParam(label = "producer", defaultValue = "0", description = "From 0, which comes first, to 9.")
    private int priority;

    @UriParam(
            label = "producer",
            defaultValue = "0",
            description = "In how long the job is due. The header CamelJobScheduledAt, an instant, overrides it.")
    private Duration delay = Duration.ZERO;

    @UriParam(
            label = "producer",
            description = "Enqueues nothing if the same job was enqueued within this time, or ever: forever.")
    private @Nullable String uniqueFor;

    @UriParam(
            label = "producer",
            description = "A simple expression: what makes jobs the same. By default the payload.")
    private @Nullable String uniqueBy;

    @UriParam(
            label = "producer",
            defaultValue = "available,scheduled,executing,retryable,completed",
            description = "The states in which a job keeps the same one from being enqueued.")
    private String uniqueStates = "available,scheduled,executing,retryable,completed";

    JobWorker.Options workerOptions(String queue) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("Expected a concurrency of at least 1, found " + concurrency);
        }
        Duration cap = backoffCap.compareTo(backoffBase) < 0 ? backoffBase : backoffCap;
        return new JobWorker.Options(
                queue,
                concurrency,
                maxAttempts == null ? MAX_ATTEMPTS : maxAttempts,
                timeout,
                new Backoff(backoffBase, backoffFactor, cap, Backoff.Jitter.FULL),
                pollInterval);
    }

    @Nullable
    CronSchedule cronSchedule() {
        return schedule == null ? null : CronSchedule.of(schedule, zone, catchUp);
    }

    JobOptions jobOptions(String queue, @Nullable Instant scheduledAt, Instant now) {
        JobOptions.Unique unique = uniqueFor == null ? null : JobOptions.Unique.of(uniqueFor, uniqueStates);
        Instant due = delay.isZero() ? null : now.plus(delay);
        return new JobOptions(queue, priority, scheduledAt == null ? due : scheduledAt, maxAttempts, unique);
    }

    public @Nullable Integer getMaxAttempts() {
        return maxAttempts;
    }

    public void setMaxAttempts(@Nullable Integer maxAttempts) {
        this.maxAttempts = maxAttempts;
    }

    public int getConcurrency() {
        return concurrency;
    }

    public void setConcurrency(int concurrency) {
        this.concurrency = concurrency;
    }

    public int getMaxRate() {
        return maxRate;
    }

    public void setMaxRate(int maxRate) {
        this.maxRate = maxRate;
    }

    public Duration getTimeout() {
        return timeout;
    }

    public void setTimeout(Duration timeout) {
        this.timeout = timeout;
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

    public Duration getPollInterval() {
        return pollInterval;
    }

    public void setPollInterval(Duration pollInterval) {
        this.pollInterval = pollInterval;
    }

    public @Nullable String getSchedule() {
        return schedule;
    }

    public void setSchedule(@Nullable String schedule) {
        this.schedule = schedule;
    }

    public String getZone() {
        return zone;
    }

    public void setZone(String zone) {
        this.zone = zone;
    }

    public boolean isCatchUp() {
        return catchUp;
    }

    public void setCatchUp(boolean catchUp) {
        this.catchUp = catchUp;
    }

    public int getPriority() {
        return priority;
    }

    public void setPriority(int priority) {
        this.priority = priority;
    }

    public Duration getDelay() {
        return delay;
    }

    public void setDelay(Duration delay) {
        this.delay = delay;
    }

    public @Nullable String getUniqueFor() {
        return uniqueFor;
    }

    public void setUniqueFor(@Nullable String uniqueFor) {
        this.uniqueFor = uniqueFor;
    }

    public @Nullable String getUniqueBy() {
        return uniqueBy;
    }

    public void setUniqueBy(@Nullable String uniqueBy) {
        this.uniqueBy = uniqueBy;
    }

    public String getUniqueStates() {
        return uniqueStates;
    }

    public void setUniqueStates(String uniqueStates) {
        this.uniqueStates = uniqueStates;
    }
}
