package dev.headgate.manage;

import dev.headgate.backpressure.Inflight;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;

/** What is in flight, in JMX; the limits can be changed while running and last until the process ends. */
@ManagedResource(description = "Messages that were handed to a route and are not yet acknowledged")
public final class ManagedInflight {

    private final Inflight inflight;

    ManagedInflight(Inflight inflight) {
        this.inflight = inflight;
    }

    @ManagedAttribute(description = "Messages in flight")
    public long getMessages() {
        return inflight.messages();
    }

    @ManagedAttribute(description = "Bytes in flight")
    public long getBytes() {
        return inflight.bytes();
    }

    @ManagedAttribute(description = "Most messages that were ever in flight at once")
    public long getHighestMessages() {
        return inflight.highestMessages();
    }

    @ManagedAttribute(description = "Whether what takes messages from here has to pause")
    public boolean isFull() {
        return inflight.isFull();
    }

    @ManagedAttribute(description = "Whether a source is paused, by an operator or because what it feeds cannot write")
    public boolean isPaused() {
        return inflight.isPaused();
    }

    @ManagedAttribute(description = "Messages in flight from which on sources pause")
    public long getMaxMessages() {
        return inflight.maxMessages();
    }

    @ManagedAttribute(description = "Messages in flight from which on sources pause")
    public void setMaxMessages(long limit) {
        inflight.setMaxMessages(limit);
    }

    @ManagedAttribute(description = "Bytes in flight from which on sources pause")
    public long getMaxBytes() {
        return inflight.maxBytes();
    }

    @ManagedAttribute(description = "Bytes in flight from which on sources pause")
    public void setMaxBytes(long limit) {
        inflight.setMaxBytes(limit);
    }
}
