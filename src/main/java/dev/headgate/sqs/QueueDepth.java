package dev.headgate.sqs;

import java.util.Map;
import java.util.Optional;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** About how many messages a queue of SQS has: to be received, received and not deleted, and not yet to be received. */
public record QueueDepth(long visible, long inFlight, long delayed) {

    /** Asks the queue; empty before its first poll. */
    public static Optional<QueueDepth> of(Sqs2Endpoint endpoint) {
        if (!(endpoint.getClient() instanceof AcknowledgingSqsClient client)
                || client.queue().isEmpty()) {
            return Optional.empty();
        }
        Map<QueueAttributeName, String> attributes = client.getQueueAttributes(
                        request -> request.queueUrl(client.queue())
                                .attributeNames(
                                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
                .attributes();
        return Optional.of(new QueueDepth(
                number(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES),
                number(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE),
                number(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED)));
    }

    private static long number(Map<QueueAttributeName, String> attributes, QueueAttributeName name) {
        return Long.parseLong(attributes.getOrDefault(name, "0"));
    }
}
