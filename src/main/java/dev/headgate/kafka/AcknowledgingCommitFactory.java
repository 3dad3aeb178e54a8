package dev.headgate.kafka;

import dev.headgate.message.MessageSize;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.consumer.CommitManager;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;

/**
 * Registers each record with its consumer's tracker and ties the acknowledgement to the completion of its exchange.
 *
 * <p>Being neither of Camel's own two factories it makes Camel choose its no-op commit manager: nothing else commits.
 * Called on the consumer's thread, once a record.
 */
public final class AcknowledgingCommitFactory implements KafkaManualCommitFactory {

    @Override
    public KafkaManualCommit newInstance(
            CamelExchangePayload camel, KafkaRecordPayload kafka, CommitManager commitManager) {
        if (!(camel.consumer instanceof AcknowledgingConsumer consumer)) {
            throw new IllegalStateException(
                    "The Kafka component must use Headgate's client factory, found " + camel.consumer.getClass());
        }
        Exchange exchange = camel.exchange;
        // They are headers of the message by now: else each would be in flight twice, and those of one name uncounted.
        exchange.getMessage().removeHeader(KafkaConstants.HEADERS);
        Delivery delivery = consumer.track(
                route(exchange), kafka.partition, kafka.recordOffset, MessageSize.of(exchange.getMessage()));
        exchange.getExchangeExtension().addOnCompletion(delivery);
        return delivery;
    }

    private static String route(Exchange exchange) {
        String route = exchange.getFromRouteId();
        return route == null ? "unknown" : route;
    }
}
