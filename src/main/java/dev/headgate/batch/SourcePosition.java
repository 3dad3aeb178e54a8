package dev.headgate.batch;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;

/** Names the place a message came from, the same again each time it is delivered. */
public final class SourcePosition {

    private SourcePosition() {}

    /** {@code topic-partition-offset} for Kafka, the message id for SQS, else the exchange id. */
    public static String of(Exchange exchange) {
        Message message = exchange.getMessage();
        Object topic = message.getHeader(KafkaConstants.TOPIC);
        if (topic != null) {
            return topic + "-" + message.getHeader(KafkaConstants.PARTITION) + "-"
                    + message.getHeader(KafkaConstants.OFFSET);
        }
        String sqs = message.getHeader("CamelAwsSqsMessageId", String.class);
        return sqs == null ? exchange.getExchangeId() : sqs;
    }
}
