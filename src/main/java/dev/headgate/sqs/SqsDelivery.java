package dev.headgate.sqs;

import dev.headgate.failure.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Message;
import org.apache.camel.component.aws2.sqs.Sqs2Constants;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * One delivery of an SQS message: what its queue says about it.
 *
 * @param group the message group of a FIFO queue, else null
 * @param receives how often it was received, this time too
 * @param sent when it was sent, in milliseconds since 1970; 0 if unknown
 */
record SqsDelivery(String receiptHandle, @Nullable String group, int receives, long sent) {

    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5), Backoff.Jitter.NONE);

    /** Needs the attributes {@code ApproximateReceiveCount} and {@code MessageGroupId}; takes 1 and null without. */
    static SqsDelivery of(Message message) {
        Object header = message.getHeader(Sqs2Constants.ATTRIBUTES);
        Map<?, ?> attributes = header instanceof Map<?, ?> map ? map : Map.of();
        Object receives = attributes.get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT);
        Object group = attributes.get(MessageSystemAttributeName.MESSAGE_GROUP_ID);
        Object sent = attributes.get(MessageSystemAttributeName.SENT_TIMESTAMP);
        return new SqsDelivery(
                message.getHeader(Sqs2Constants.RECEIPT_HANDLE, "", String.class),
                group == null ? null : group.toString(),
                receives == null ? 1 : Integer.parseInt(receives.toString()),
                sent == null ? 0 : Long.parseLong(sent.toString()));
    }

    /** The time at which the oldest message was sent; {@link Instant#MAX} if there is none, or they do not say it. */
    static Instant oldestSent(List<software.amazon.awssdk.services.sqs.model.Message> messages) {
        return messages.stream()
                .map(message -> message.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP))
                .filter(Objects::nonNull)
                .map(SqsDelivery::instant)
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }

    private static Instant instant(String epochMillis) {
        return Instant.ofEpochMilli(Long.parseLong(epochMillis));
    }

    /** How long the message is kept back if this delivery fails: a second, twice as long each time, at most five minutes. */
    Duration delay() {
        return BACKOFF.after(Math.max(receives, 1));
    }
}
