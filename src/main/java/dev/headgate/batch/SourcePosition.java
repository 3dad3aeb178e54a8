package dev.headgate.batch;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;

/** Names the place a message came from, the same again each time it is delivered, or replayed. */
public final class SourcePosition {

    private SourcePosition() {}

    /**
     * {@code topic-partition-offset} for Kafka, the message id for SQS, else the exchange id; for a replay that of its
     * first delivery.
     */
    public static String of(Exchange exchange) {
        Message message = exchange.getMessage();
        Object topic = message.getHeader(KafkaConstants.TOPIC);
        String origin = origin(message, topic);
        if (origin != null) {
            return origin;
        }
        if (topic != null) {
            return topic + "-" + message.getHeader(KafkaConstants.PARTITION) + "-"
                    + message.getHeader(KafkaConstants.OFFSET);
        }
        String sqs = message.getHeader("CamelAwsSqsMessageId", String.class);
        return sqs == null ? exchange.getExchangeId() : sqs;
    }

    /** A replay goes to the topic it came from: the header of a message copied to another topic says nothing here. */
    private static @Nullable String origin(Message message, @Nullable Object topic) {
        String origin = message.getHeader(Replay.ORIGIN, String.class);
        if (origin == null || origin.isBlank()) {
            return null;
        }
        return topic == null || isIn(topic + "-", origin) ? origin : null;
    }

    private static boolean isIn(String topic, String origin) {
        return origin.startsWith(topic) && origin.substring(topic.length()).matches("[0-9]{1,9}-[0-9]{1,19}");
    }
}
