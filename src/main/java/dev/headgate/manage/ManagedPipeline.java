package dev.headgate.manage;

import dev.headgate.backpressure.RouteThrottle;
import dev.headgate.backpressure.SourceInflight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;

/** A pipeline in JMX: what its source does, and a person's means to pause it. Thread-safe. */
@ManagedResource(description = "A pipeline, named after the route that consumes its source")
public final class ManagedPipeline {

    private final SourceInflight source;
    private final RouteThrottle throttle;
    private final LongSupplier missing;

    ManagedPipeline(SourceInflight source, RouteThrottle throttle, LongSupplier missing) {
        this.source = source;
        this.throttle = throttle;
        this.missing = missing;
    }

    @ManagedAttribute(description = "running, or paused and why: inflight, process, outage, operator")
    public String getState() {
        List<String> why = new ArrayList<>();
        if (source.isPausedByOperator()) {
            why.add("operator");
        }
        if (source.isPausedByOutage()) {
            why.add("outage");
        }
        if (source.pausesForItself()) {
            why.add("inflight");
        }
        if (source.pausesForProcess()) {
            why.add("process");
        }
        return why.isEmpty() ? "running" : "paused: " + String.join(", ", why);
    }

    @ManagedAttribute(description = "Messages taken from the source since the start")
    public long getTaken() {
        return source.taken();
    }

    @ManagedAttribute(description = "Messages acknowledged since the start")
    public long getAcknowledged() {
        return source.acknowledged();
    }

    @ManagedAttribute(description = "Messages that Kafka's broker had deleted before they were read, at most")
    public long getMissing() {
        return missing.getAsLong();
    }

    @ManagedAttribute(description = "How often the source has paused")
    public long getPauses() {
        return source.pauses().pauses();
    }

    @ManagedAttribute(description = "How long it has paused, in seconds")
    public long getPausedSeconds() {
        return source.pauses().total().toSeconds();
    }

    @ManagedAttribute(
            description =
                    "Messages a second that the throttle of the route lets pass; NaN if it has none of its own rate")
    public double getMaxRate() {
        return throttle.rate().orElse(Double.NaN);
    }

    @ManagedAttribute(description = "Above 0; in force from the next message on, until the route ends")
    public void setMaxRate(double messagesPerSecond) {
        throttle.setRate(messagesPerSecond);
    }

    @ManagedOperation(description = "Takes nothing more from the source until resume; what is in flight goes on")
    public void pause() {
        source.pauseByOperator();
    }

    @ManagedOperation(description = "Ends a pause made by the operation pause")
    public void resume() {
        source.resumeByOperator();
    }
}
