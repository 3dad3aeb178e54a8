package dev.headgate.message;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;

/** Names the place a message came from, the same again each time it is delivered, or replayed. */
public final class SourcePosition {

    /** The exchange property in which a queue of SQS is named, as {@link #of} is to name it. */
    public static final String QUEUE = "HeadgateQueue";

    private static final String SQS = "sqs:";
    private static final String JOB_ID = "CamelJobId";
    private static final String JOB_QUEUE = "CamelJobQueue";

    private SourcePosition() {}

    /**
     * {@code topic-partition-offset} for Kafka, {@code sqs:queue:message-id} for SQS, {@code job:queue:id} for a job in
     * all its attempts, else the exchange id; for a replay that of its first delivery.
     */
    public static String of(Exchange exchange) {
        Message message = exchange.getMessage();
        Object job = message.getHeader(JOB_ID);
        if (job != null) {
            return "job:" + message.getHeader(JOB_QUEUE) + ":" + job;
        }
        Object topic = message.getHeader(KafkaConstants.TOPIC);
        String queue = exchange.getProperty(QUEUE, String.class);
        String origin = origin(message, topic, queue);
        if (origin != null) {
            return origin;
        }
        if (topic != null) {
            return topic + "-" + message.getHeader(KafkaConstants.PARTITION) + "-"
                    + message.getHeader(KafkaConstants.OFFSET);
        }
        String sqs = message.getHeader("CamelAwsSqsMessageId", String.class);
        if (sqs == null) {
            return exchange.getExchangeId();
        }
        return queue == null ? sqs : SQS + queue + ":" + sqs;
    }

    /** A replay goes to where it came from: the header of a message copied to another topic says nothing here. */
    private static @Nullable String origin(Message message, @Nullable Object topic, @Nullable String queue) {
        String origin = message.getHeader(Replay.ORIGIN, String.class);
        if (origin == null || origin.isBlank()) {
            return null;
        }
        if (topic != null) {
            return isIn(topic + "-", origin) ? origin : null;
        }
        return queue == null || isOf(SQS + queue + ":", origin) ? origin : null;
    }

    private static boolean isOf(String queue, String origin) {
        return origin.startsWith(queue) && origin.indexOf(':', queue.length()) < 0 && origin.length() > queue.length();
    }

    private static boolean isIn(String topic, String origin) {
        return origin.startsWith(topic) && origin.substring(topic.length()).matches("[0-9]{1,9}-[0-9]{1,19}");
    }
}
