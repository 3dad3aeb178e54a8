package dev.headgate.kafka;

import dev.headgate.backpressure.AcknowledgeListener;
import org.apache.kafka.clients.consumer.Consumer;

/** Hears, besides what Kafka's consumers bring and commit, which of them there are; the seam for the client's own meters. */
public interface ConsumerListener extends AcknowledgeListener {

    /** Hears nothing. */
    ConsumerListener NONE = new ConsumerListener() {};

    /** The consumer exists, and has not been used yet. */
    default void opened(Consumer<?, ?> consumer) {}

    /** The consumer is closed; called on the thread that closed it. */
    default void closed(Consumer<?, ?> consumer) {}
}
