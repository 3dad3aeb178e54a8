package dev.headgate.acknowledge;

import dev.headgate.backpressure.InflightLimit;
import java.time.Duration;
import java.util.Properties;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;

/** Gives Camel's Kafka component consumers that commit what was acknowledged and obey the inflight limit. */
public final class AcknowledgingClientFactory extends DefaultKafkaClientFactory {

    private final InflightLimit limit;
    private final Duration commitInterval;
    private final Duration revokeTimeout;

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
        return new AcknowledgingConsumer(properties, limit, commitInterval, revokeTimeout);
    }
}
