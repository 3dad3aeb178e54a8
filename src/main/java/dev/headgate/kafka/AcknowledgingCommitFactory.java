package dev.headgate.kafka;

import dev.headgate.message.MessageSize;
import dev.headgate.message.ReplaySeal;
import dev.headgate.message.SourcePosition;
import dev.headgate.position.Place;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.consumer.CommitManager;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;
import org.apache.kafka.common.header.Headers;

/**
 * Registers each record with its consumer's tracker and ties the acknowledgement to the completion of its exchange.
 *
 * <p>Being neither of Camel's own two factories it makes Camel choose its no-op commit manager: nothing else commits.
 * Called on the consumer's thread, once a record.
 */
public final class AcknowledgingCommitFactory implements KafkaManualCommitFactory {

    private final ReplaySeal seal;

    /** @param seal recognises replays */
    public AcknowledgingCommitFactory(ReplaySeal seal) {
        this.seal = seal;
    }

    @Override
    public KafkaManualCommit newInstance(
            CamelExchangePayload camel, KafkaRecordPayload kafka, CommitManager commitManager) {
        if (!(camel.consumer instanceof AcknowledgingConsumer consumer)) {
            throw new IllegalStateException(
                    "The Kafka component must use Headgate's client factory, found " + camel.consumer.getClass());
        }
        Exchange exchange = camel.exchange;
        // They are headers of the message by now: else each would be in flight twice, and those of one name uncounted.
        if (exchange.getMessage().removeHeader(KafkaConstants.HEADERS) instanceof Headers headers) {
            UnusualRecord.keep(exchange.getMessage(), headers);
        }
        Delivery delivery = consumer.track(
                route(exchange), kafka.partition, kafka.recordOffset, MessageSize.of(exchange.getMessage()));
        exchange.setProperty(Place.PROPERTY, consumer.place(kafka.partition, kafka.recordOffset));
        String topic = kafka.partition.topic();
        new SourcePosition.Kafka(topic, consumer.incarnation(topic), kafka.partition.partition(), kafka.recordOffset)
                .enter(exchange, delivery);
        seal.recognise(exchange);
        return delivery;
    }

    private static String route(Exchange exchange) {
        String route = exchange.getFromRouteId();
        return route == null ? "unknown" : route;
    }
}
