package dev.headgate.sqs;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * How often the queue lets a message be received before it moves it to its own dead letter queue, by its redrive policy.
 *
 * <p>Asked of the queue at most once a minute. A queue that may not be asked ({@code sqs:GetQueueAttributes}) counts as
 * one without such a policy. Thread-safe.
 */
final class Redrive {

    private static final Logger LOG = LoggerFactory.getLogger(Redrive.class);
    private static final Duration VALID = Duration.ofMinutes(1);
    private static final Pattern COUNT = Pattern.compile("\"maxReceiveCount\"\\s*:\\s*\"?([0-9]{1,9})");

    private final AcknowledgingSqsClient client;
    private long askedAt;
    private int maxReceiveCount;

    Redrive(AcknowledgingSqsClient client) {
        this.client = client;
    }

    /** Whether the queue moves the message unless this delivery settles it. */
    boolean isLast(SqsDelivery delivery) {
        int most = maxReceiveCount();
        return most > 0 && delivery.receives() >= most;
    }

    private synchronized int maxReceiveCount() {
        long now = System.nanoTime();
        if (askedAt == 0 || now - askedAt > VALID.toNanos()) {
            askedAt = now;
            maxReceiveCount = ask();
        }
        return maxReceiveCount;
    }

    private int ask() {
        try {
            String policy = client.getQueueAttributes(request ->
                            request.queueUrl(client.queue()).attributeNames(QueueAttributeName.REDRIVE_POLICY))
                    .attributes()
                    .get(QueueAttributeName.REDRIVE_POLICY);
            Matcher count = COUNT.matcher(policy == null ? "" : policy);
            return count.find() ? Integer.parseInt(count.group(1)) : 0;
        } catch (RuntimeException e) {
            LOG.warn(
                    "The redrive policy of {} could not be read; its own dead letter queue may get messages: {}",
                    client.queue(),
                    e.toString());
            return maxReceiveCount;
        }
    }
}
