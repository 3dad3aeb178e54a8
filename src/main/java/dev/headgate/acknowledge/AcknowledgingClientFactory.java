package dev.headgate.acknowledge;

import dev.headgate.backpressure.InflightLimit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;

/** Gives Camel's Kafka component consumers that commit what was acknowledged and obey the inflight limit. */
public final class AcknowledgingClientFactory extends DefaultKafkaClientFactory {

    private final InflightLimit limit;
    private final Duration commitInterval;
    private final Duration revokeTimeout;
    private final Set<AcknowledgingConsumer> consumers =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /**
     * @param limit the limit shared by all consumers of the process
     * @param commitInterval how often acknowledged offsets are committed
     * @param revokeTimeout how long a consumer that loses partitions waits for their messages; keep it well below
     *     {@code max.poll.interval.ms}
     */
    public AcknowledgingClientFactory(InflightLimit limit, Duration commitInterval, Duration revokeTimeout) {
        this.limit = limit;
        this.commitInterval = commitInterval;
        this.revokeTimeout = revokeTimeout;
    }

    @Override
    @SuppressWarnings("rawtypes") // the signature is Camel's
    public Consumer getConsumer(Properties properties) {
        AcknowledgingConsumer consumer = new AcknowledgingConsumer(properties, limit, commitInterval, revokeTimeout);
        consumers.add(consumer);
        return consumer;
    }

    /**
     * Breaks off, on the threads of all consumers, steps that have kept a record for so long. It is not acknowledged, and
     * so delivered again; it is not refused either.
     */
    public void breakOff(Duration longerThan) {
        List.copyOf(consumers).forEach(consumer -> consumer.breakOff(longerThan));
    }
}
