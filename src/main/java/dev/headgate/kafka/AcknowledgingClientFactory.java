package dev.headgate.kafka;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.message.MessageLimit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Stream;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Gives Camel's Kafka component consumers that commit what was acknowledged and obey the inflight limit. */
public final class AcknowledgingClientFactory extends DefaultKafkaClientFactory {

    private final InflightLimit limit;
    private final MessageLimit messageLimit;
    private final Duration commitInterval;
    private final Duration revokeTimeout;
    private final ConsumerListener listener;
    private final Set<AcknowledgingConsumer> consumers =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /**
     * @param limit the limit shared by all consumers of the process
     * @param messageLimit how large a message may be
     * @param commitInterval how often acknowledged offsets are committed
     * @param revokeTimeout how long a consumer that loses partitions waits for their messages; keep it well below
     *     {@code max.poll.interval.ms}
     */
    public AcknowledgingClientFactory(
            InflightLimit limit,
            MessageLimit messageLimit,
            Duration commitInterval,
            Duration revokeTimeout,
            ConsumerListener listener) {
        this.limit = limit;
        this.messageLimit = messageLimit;
        this.commitInterval = commitInterval;
        this.revokeTimeout = revokeTimeout;
        this.listener = listener;
    }

    @Override
    @SuppressWarnings("rawtypes") // the signature is Camel's
    public Consumer getConsumer(Properties properties) {
        AcknowledgingConsumer consumer = new AcknowledgingConsumer(
                properties, limit, commitInterval, revokeTimeout, listener, new PolledBytes(messageLimit, properties));
        consumers.add(consumer);
        listener.opened(consumer);
        return consumer;
    }

    /** Partitions that one consumer has, and the properties it was made with. */
    public record Assignment(Set<TopicPartition> partitions, Properties consumer) {}

    /** What each consumer that is not closed was made with. */
    public List<Properties> openConsumers() {
        return reports().map(ConsumerReport::properties).toList();
    }

    /** Whether all consumers that are not closed have joined their groups, at least one. */
    public boolean haveJoined() {
        return reports().findAny().isPresent() && reports().allMatch(ConsumerReport::hasJoined);
    }

    /** What the consumers have at present. */
    public List<Assignment> assignments() {
        return reports()
                .map(report -> new Assignment(report.assigned(), report.properties()))
                .filter(assignment -> !assignment.partitions.isEmpty())
                .toList();
    }

    /**
     * Breaks off, on the threads of all consumers, steps that have kept a record for so long. It is not acknowledged, and
     * so delivered again; it is not refused either.
     */
    public void breakOff(Duration longerThan) {
        List.copyOf(consumers).forEach(consumer -> consumer.breakOff(longerThan));
    }

    private Stream<ConsumerReport> reports() {
        return List.copyOf(consumers).stream()
                .map(AcknowledgingConsumer::report)
                .filter(ConsumerReport::isOpen);
    }
}
