package dev.headgate.sqs;

import dev.headgate.backpressure.AcknowledgeListener;
import dev.headgate.backpressure.InflightRoutePolicy;
import dev.headgate.backpressure.SourceInflight;
import dev.headgate.message.Message;
import dev.headgate.message.ReplaySeal;
import dev.headgate.message.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Route;
import org.apache.camel.component.aws2.sqs.Sqs2Configuration;
import org.apache.camel.component.aws2.sqs.Sqs2Constants;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.aws2.sqs.Sqs2HeaderFilterStrategy;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;

/**
 * The inflight limit, and what Camel's SQS consumer lacks: deletes in batches of ten, a failed message that comes again
 * after a while that grows, the order of a message group when one of it fails, and the word that a delivery is the last.
 */
final class SqsRoutePolicy extends InflightRoutePolicy {

    private final FailedGroups failedGroups = new FailedGroups();
    private final AcknowledgeListener listener;
    private final ReplaySeal seal;
    private @Nullable AcknowledgingSqsClient client;
    private @Nullable Redrive redrive;
    private @Nullable String queue;

    SqsRoutePolicy(SourceInflight source, AcknowledgeListener listener, ReplaySeal seal) {
        super(source);
        this.seal = seal;
        this.listener = listener;
    }

    /** Puts its client before the endpoint's: after that one was made, before the consumer takes it. */
    @Override
    public void onInit(Route route) {
        super.onInit(route);
        Sqs2Endpoint endpoint = (Sqs2Endpoint) route.getEndpoint();
        AcknowledgingSqsClient wrapped = endpoint.getClient() instanceof AcknowledgingSqsClient already
                ? already
                : new AcknowledgingSqsClient(endpoint.getClient(), route.getRouteId(), listener);
        endpoint.setClient(wrapped);
        if (endpoint.getHeaderFilterStrategy() instanceof Sqs2HeaderFilterStrategy headers) {
            // A sender must not choose what is deleted, and what it is known by.
            headers.setInFilterStartsWith("camel", "org.apache.camel", "kafka.");
        }
        client = wrapped;
        redrive = new Redrive(wrapped);
        queue = nameOf(endpoint.getConfiguration());
    }

    /** The queue as a route names it: by an ARN if it is somebody else's. */
    private static String nameOf(Sqs2Configuration queue) {
        return queue.getQueueOwnerAWSAccountId() == null
                ? queue.getQueueName()
                : String.join(
                        ":", "arn:aws:sqs", queue.getRegion(), queue.getQueueOwnerAWSAccountId(), queue.getQueueName());
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        super.onExchangeBegin(route, exchange);
        SqsDelivery delivery = SqsDelivery.of(exchange.getMessage());
        exchange.setProperty(ExchangePropertyKey.CHARSET_NAME, StandardCharsets.UTF_8.name());
        exchange.getMessage().setHeader(Exchange.MESSAGE_TIMESTAMP, delivery.sent());
        // The consumer's own completion, which deletes the message, goes wherever this one goes.
        new SourcePosition.Sqs(
                        String.valueOf(queue), exchange.getMessage().getHeader(Sqs2Constants.MESSAGE_ID, String.class))
                .enter(exchange, new GiveBack(delivery));
        seal.recognise(exchange);
        String group = delivery.group();
        if (group != null) {
            exchange.setProperty(Message.ORDERING_KEY, group);
            if (failedGroups.isBehind(group, receivedAt(exchange))) {
                exchange.setException(new OvertakingException(group));
                exchange.setRouteStop(true);
                return;
            }
        }
        if (redrive != null && redrive.isLast(delivery)) {
            exchange.setProperty(Message.LAST_DELIVERY, "last of " + delivery.receives() + " receives");
        }
    }

    /** The latest time at which it was received: the consumer makes all exchanges of a poll before it hands out the first. */
    private static long receivedAt(Exchange exchange) {
        return System.nanoTime()
                - TimeUnit.MILLISECONDS.toNanos(exchange.getClock().elapsed() + 1);
    }

    /** A message that fails comes again, but not at once. */
    private final class GiveBack implements Synchronization {

        private final SqsDelivery delivery;

        GiveBack(SqsDelivery delivery) {
            this.delivery = delivery;
        }

        @Override
        public void onComplete(Exchange exchange) {
            // Camel's consumer deletes it.
        }

        @Override
        public void onFailure(Exchange exchange) {
            String group = delivery.group();
            if (group != null) {
                failedGroups.failed(group, System.nanoTime());
            }
            if (client != null) {
                client.giveBack(delivery.receiptHandle(), delivery.delay());
            }
        }
    }
}
