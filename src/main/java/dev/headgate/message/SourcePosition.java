package dev.headgate.message;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.spi.Synchronization;

/** The place a message came from, the same again each time it is delivered, or replayed; its text is what tables hold. */
public sealed interface SourcePosition {

    /** The exchange property in which the consumer of a source leaves the position; nobody else can. */
    String PROPERTY = "HeadgateSource";

    /** The exchange property that holds the completion by which the message is acknowledged. */
    String ACKNOWLEDGEMENT = "HeadgateAcknowledgement";

    /** What it shares with its neighbours: the partition of a topic, a queue, or a destination. */
    String container();

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
        public String container() {
            String life = incarnation == 0 ? topic : topic + "@" + incarnation;
            return life + "-" + partition;
        }

        @Override
        public String toString() {
            return container() + "-" + offset;
        }
    }

    /**
     * A message of SQS: {@code sqs:queue:id}.
     *
     * @param queue its name or ARN
     */
    record Sqs(String queue, String id) implements SourcePosition {
        @Override
        public String container() {
            return "sqs:" + queue;
        }

        @Override
        public String toString() {
            return container() + ":" + id;
        }
    }

    /** A job in all its attempts: {@code job:queue:id}. */
    record Job(String queue, long id) implements SourcePosition {

        /** The position as an expression of SQL, of such for its queue and its id. */
        public static String sql(String queue, String id) {
            return "'job:' || " + queue + " || ':' || " + id;
        }

        @Override
        public String container() {
            return "job:" + queue;
        }

        @Override
        public String toString() {
            return container() + ":" + id;
        }
    }

    /** An entry of the outbox that its destination refused: {@code outbox:destination:id}. */
    record Outbox(String destination, long id) implements SourcePosition {

        /** The position as an expression of SQL, of such for its destination and its id. */
        public static String sql(String destination, String id) {
            return "'outbox:' || " + destination + " || ':' || " + id;
        }

        @Override
        public String container() {
            return "outbox:" + destination;
        }

        @Override
        public String toString() {
            return container() + ":" + id;
        }
    }

    /**
     * A part of a message that its route splits: {@code position#index}.
     *
     * @param message where the message came from, itself perhaps a part
     * @param index the part's place among those of the message, from 0; the same at each delivery
     */
    record Part(SourcePosition message, int index) implements SourcePosition {

        @Override
        public String container() {
            return message.container();
        }

        @Override
        public SourcePosition whole() {
            return message.whole();
        }

        @Override
        public boolean isIn(SourcePosition other) {
            return equals(other) || message.isIn(other);
        }

        @Override
        public String toString() {
            return message + "#" + index;
        }
    }

    /** A source that takes nothing back. */
    record Unknown(String text) implements SourcePosition {
        @Override
        public String container() {
            return "";
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** The place in the source: where the message came from that this is a part of, or this. */
    default SourcePosition whole() {
        return this;
    }

    /** Whether this is the other, or a part of it. */
    default boolean isIn(SourcePosition other) {
        return equals(other);
    }

    /**
     * Makes an exchange that of the message from here, before its first step.
     *
     * @param acknowledgement told of the end of the exchange, or of that to which its completions are handed over
     */
    default void enter(Exchange exchange, Synchronization acknowledgement) {
        exchange.setProperty(PROPERTY, this);
        exchange.setProperty(ACKNOWLEDGEMENT, acknowledgement);
        exchange.getExchangeExtension().addOnCompletion(acknowledgement);
    }

    /**
     * Whether the message is acknowledged by the end of this exchange: not so of a copy, which has the properties and not the
     * completions, after those were handed over, and where the source has left no position.
     */
    static boolean isAcknowledgedBy(Exchange exchange) {
        Synchronization acknowledgement = exchange.getProperty(ACKNOWLEDGEMENT, Synchronization.class);
        return acknowledgement != null && exchange.getExchangeExtension().containsOnCompletion(acknowledgement);
    }

    /**
     * The position of the exchange's message, of a replay that of its first delivery. It is what the consumer of the source
     * has left in {@link #PROPERTY}, and where a consumer of Camel's own has not, what that one says in headers. Without
     * any, it is the exchange id.
     */
    static SourcePosition of(Exchange exchange) {
        SourcePosition known = exchange.getProperty(PROPERTY, SourcePosition.class);
        if (known != null) {
            return known;
        }
        String from = exchange.getFromEndpoint() == null
                ? ""
                : exchange.getFromEndpoint().getEndpointUri();
        Message message = exchange.getMessage();
        if (from.startsWith("kafka:")
                && message.getHeader(KafkaConstants.TOPIC) instanceof String topic
                && message.getHeader(KafkaConstants.PARTITION) instanceof Integer partition
                && message.getHeader(KafkaConstants.OFFSET) instanceof Long offset) {
            return new Kafka(topic, partition, offset);
        }
        String sqs = from.startsWith("aws2-sqs:") ? message.getHeader("CamelAwsSqsMessageId", String.class) : null;
        return new Unknown(sqs == null ? exchange.getExchangeId() : sqs);
    }

    /** Whether a position, an expression of SQL, is that of a row: of a job or an entry of the outbox, as a condition of SQL. */
    static String isRow(String position) {
        return position + " ~ '^(job|outbox):'";
    }

    /** Reads the text of a position; any other text is unknown. */
    static SourcePosition parse(String text) {
        try {
            Matcher part = Texts.PART.matcher(text);
            if (part.matches() && !(parse(part.group(1)) instanceof Unknown)) {
                return new Part(parse(part.group(1)), Integer.parseInt(part.group(2)));
            }
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

    /** How positions are written. */
    final class Texts {

        // No other position has this sign.
        private static final Pattern PART = Pattern.compile("(.*)#([0-9]{1,9})");

        private static final Pattern ROW = Pattern.compile("(job|outbox):(.*):([0-9]{1,19})");

        // An id of SQS may look like a position in Kafka, but for its prefix.
        private static final Pattern SQS = Pattern.compile("sqs:([a-zA-Z0-9._:-]{1,256}):([^:]+)");

        // A topic's name may hold hyphens and digits too.
        private static final Pattern KAFKA =
                Pattern.compile("([a-zA-Z0-9._-]{1,249})(?:@([1-9][0-9]{0,8}))?-([0-9]{1,9})-([0-9]{1,19})");

        private Texts() {}
    }
}
