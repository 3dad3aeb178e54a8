package dev.headgate.batch;

import dev.headgate.message.Message;
import java.util.List;
import java.util.Objects;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.ManagementAgent;
import org.jspecify.annotations.Nullable;

/** A batch in JMX: {@code org.apache.camel:context=NAME,type=services,name="batch:NAME"}. Thread-safe. */
@ManagedResource(description = "Batches that are written and acknowledged as one")
public final class ManagedBatch {

    private final BatchConsumer consumer;
    private final WriteLimit limit;
    private final Hold hold;

    ManagedBatch(BatchConsumer consumer, WriteLimit limit, Hold hold) {
        this.consumer = consumer;
        this.limit = limit;
        this.hold = hold;
    }

    @ManagedAttribute(description = "Messages that wait for their batch or are being written")
    public int getPendingMessages() {
        return consumer.getPendingExchangesSize();
    }

    /** The messages that wait for their batch or are being written, as they are at this moment. */
    public List<Message> waiting() {
        return consumer.waiting();
    }

    @ManagedAttribute(description = "The same, lane by lane")
    public List<Integer> getLaneQueues() {
        return consumer.queues();
    }

    @ManagedAttribute(description = "Most messages in one write at present: shrinks on outages and slow writes")
    public int getSizeLimit() {
        return limit.size();
    }

    @ManagedAttribute(description = "Most lanes that may write at once at present")
    public int getActiveLanes() {
        return limit.lanes();
    }

    @ManagedAttribute(description = "Lanes that are writing now")
    public int getWritingLanes() {
        return limit.writing();
    }

    @ManagedAttribute(description = "Why nothing can be written at present, and since when; empty if it can")
    public String getHolding() {
        Held held = hold.held();
        return held == null ? "" : held.why() + ", since " + held.since();
    }

    @ManagedAttribute(
            description =
                    "Largest share of messages, keys and partitions that may be refused for one reason before they are held")
    public double getMaxRejected() {
        return consumer.getEndpoint().getConfiguration().getMaxRejected();
    }

    @ManagedAttribute(description = "From 0 to 1; in force from the next attempt on")
    public void setMaxRejected(double maxRejected) {
        consumer.getEndpoint().getConfiguration().setMaxRejected(maxRejected);
    }

    void register() throws JMException {
        ManagementAgent agent = agent();
        if (agent != null) {
            agent.register(this, name(agent));
        }
    }

    void unregister() throws JMException {
        ManagementAgent agent = agent();
        if (agent != null) {
            agent.unregister(name(agent));
        }
    }

    /** Null if JMX is switched off. */
    private @Nullable ManagementAgent agent() {
        return context().getManagementStrategy().getManagementAgent();
    }

    private ObjectName name(ManagementAgent agent) throws JMException {
        String context = Objects.requireNonNullElse(
                context().getManagementName(), context().getName());
        return new ObjectName("%s:context=%s,type=services,name=%s"
                .formatted(
                        agent.getMBeanObjectDomainName(),
                        context,
                        ObjectName.quote("batch:" + consumer.getEndpoint().getName())));
    }

    private CamelContext context() {
        return consumer.getEndpoint().getCamelContext();
    }
}
