package dev.headgate.deadletter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a message came from, as far as it can be sent there again. */
sealed interface Origin {

    /** A partition of a Kafka topic. */
    record Kafka(String topic, int partition) implements Origin {}

    /**
     * A queue of SQS.
     *
     * @param queue its name or ARN
     */
    record Sqs(String queue) implements Origin {}

    /** An entry of the outbox that its destination refused. */
    record Outbox() implements Origin {}

    /** A job that was discarded. */
    record Job() implements Origin {}

    /** A source that takes nothing back. */
    record Unknown() implements Origin {}

    // A topic's name may hold hyphens and digits too.
    Pattern KAFKA = Pattern.compile("([a-zA-Z0-9._-]{1,249})-([0-9]{1,9})-[0-9]{1,19}");

    // An id of SQS may look like a position in Kafka, but for its prefix.
    Pattern SQS = Pattern.compile("sqs:([a-zA-Z0-9._:-]{1,256}):[^:]+");

    /** Reads the column {@code source}. */
    static Origin of(String source) {
        if (source.matches("outbox:.*:[0-9]{1,19}")) {
            return new Outbox();
        }
        if (source.matches("job:.*:[0-9]{1,19}")) {
            return new Job();
        }
        Matcher sqs = SQS.matcher(source);
        if (sqs.matches()) {
            return new Sqs(sqs.group(1));
        }
        Matcher kafka = KAFKA.matcher(source);
        return kafka.matches() ? new Kafka(kafka.group(1), Integer.parseInt(kafka.group(2))) : new Unknown();
    }
}
