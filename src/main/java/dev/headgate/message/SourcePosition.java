package dev.headgate.message;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;

/**
 * The place a message came from, the same again each time it is delivered, or replayed; its text is what tables hold. The
 * tables of jobs and of the outbox write the same text by their own statements.
 */
public sealed interface SourcePosition {

    /** The exchange property in which the consumer of a source leaves the position; nobody else can. */
    String PROPERTY = "HeadgateSource";

    /** The exchange property in which a queue of SQS is named, as the position is to name it. */
    String QUEUE = "HeadgateQueue";

    /** The header with the id of the job that a message is, a {@code Long}. */
    String JOB_ID = "CamelJobId";

    /** The header with the queue of the job that a message is. */
    String JOB_QUEUE = "CamelJobQueue";

    /**
     * A record of Kafka: {@code topic-partition-offset}, or {@code topic@incarnation-partition-offset}.
     *
     * @param incarnation which of the topics of this name, in the order in which the installation has seen them; 0 is the
     *     first one
     */
    record Kafka(String topic, int incarnation, int partition, long offset) implements SourcePosition {

        /** A record of the first topic of the name. */
        public Kafka(String topic, int partition, long offset) {
            this(topic, 0, partition, offset);
        }

        @Override
        public String toString() {
            String life = incarnation == 0 ? topic : topic + "@" + incarnation;
            return life + "-" + partition + "-" + offset;
        }
    }

    /**
     * A message of SQS: {@code sqs:queue:id}.
     *
     * @param queue its name or ARN
     */
    record Sqs(String queue, String id) implements SourcePosition {
        @Override
        public String toString() {
            return "sqs:" + queue + ":" + id;
        }
    }

    /** A job in all its attempts: {@code job:queue:id}. */
    record Job(String queue, long id) implements SourcePosition {
        @Override
        public String toString() {
            return "job:" + queue + ":" + id;
        }
    }

    /** An entry of the outbox that its destination refused: {@code outbox:destination:id}. */
    record Outbox(String destination, long id) implements SourcePosition {
        @Override
        public String toString() {
            return "outbox:" + destination + ":" + id;
        }
    }

    /** A source that takes nothing back. */
    record Unknown(String text) implements SourcePosition {
        @Override
        public String toString() {
            return text;
        }
    }

    /** The position of the exchange's message; of a replay that of its first delivery. Without any, the exchange id. */
    static SourcePosition of(Exchange exchange) {
        SourcePosition known = exchange.getProperty(PROPERTY, SourcePosition.class);
        Message message = exchange.getMessage();
        Object job = message.getHeader(JOB_ID);
        if (job != null) {
            Object queue = message.getHeader(JOB_QUEUE);
            return job instanceof Long id
                    ? new Job(String.valueOf(queue), id)
                    : new Unknown("job:" + queue + ":" + job);
        }
        Object topic = message.getHeader(KafkaConstants.TOPIC);
        String queue = exchange.getProperty(QUEUE, String.class);
        SourcePosition origin = origin(message, topic, queue);
        if (origin != null) {
            return origin;
        }
        if (known != null) {
            return known;
        }
        if (topic != null) {
            Object partition = message.getHeader(KafkaConstants.PARTITION);
            Object offset = message.getHeader(KafkaConstants.OFFSET);
            return partition instanceof Integer number && offset instanceof Long position
                    ? new Kafka(topic.toString(), number, position)
                    : new Unknown(topic + "-" + partition + "-" + offset);
        }
        String sqs = message.getHeader("CamelAwsSqsMessageId", String.class);
        if (sqs == null) {
            return new Unknown(exchange.getExchangeId());
        }
        return queue == null ? new Unknown(sqs) : new Sqs(queue, sqs);
    }

    /** Reads the text of a position; any other text is unknown. */
    static SourcePosition parse(String text) {
        try {
            Matcher row = Texts.ROW.matcher(text);
            if (row.matches()) {
                long id = Long.parseLong(row.group(3));
                return row.group(1).equals("job") ? new Job(row.group(2), id) : new Outbox(row.group(2), id);
            }
            Matcher sqs = Texts.SQS.matcher(text);
            if (sqs.matches()) {
                return new Sqs(sqs.group(1), sqs.group(2));
            }
            Matcher kafka = Texts.KAFKA.matcher(text);
            if (kafka.matches()) {
                int incarnation = kafka.group(2) == null ? 0 : Integer.parseInt(kafka.group(2));
                return new Kafka(
                        kafka.group(1), incarnation, Integer.parseInt(kafka.group(3)), Long.parseLong(kafka.group(4)));
            }
        } catch (NumberFormatException e) {
            // 19 digits that are no long: nobody's id or offset
        }
        return new Unknown(text);
    }

    /** A replay goes to where it came from: the header of a message copied to another topic says nothing here. */
    private static @Nullable SourcePosition origin(Message message, @Nullable Object topic, @Nullable String queue) {
        String text = message.getHeader(Headers.ORIGIN, String.class);
        if (text == null || text.isBlank()) {
            return null;
        }
        SourcePosition origin = parse(text);
        boolean fromHere = topic != null
                ? origin instanceof Kafka kafka && kafka.topic.equals(topic)
                : queue == null || (origin instanceof Sqs sqs && sqs.queue.equals(queue));
        return fromHere ? origin : null;
    }

    /** How positions are written. */
    final class Texts {

        private static final Pattern ROW = Pattern.compile("(job|outbox):(.*):([0-9]{1,19})");

        // An id of SQS may look like a position in Kafka, but for its prefix.
        private static final Pattern SQS = Pattern.compile("sqs:([a-zA-Z0-9._:-]{1,256}):([^:]+)");

        // A topic's name may hold hyphens and digits too.
        private static final Pattern KAFKA =
                Pattern.compile("([a-zA-Z0-9._-]{1,249})(?:@([1-9][0-9]{0,8}))?-([0-9]{1,9})-([0-9]{1,19})");

        private Texts() {}
    }
}
