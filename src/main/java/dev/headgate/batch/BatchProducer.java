package dev.headgate.batch;

import dev.headgate.HeadgateException;
import dev.headgate.failure.Failure;
import dev.headgate.failure.RetryException;
import dev.headgate.message.Content;
import dev.headgate.message.Identity;
import dev.headgate.message.Message;
import dev.headgate.message.MessageId;
import dev.headgate.message.Payload;
import dev.headgate.message.Rejection;
import dev.headgate.message.Replay;
import dev.headgate.message.SourcePosition;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Expression;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.MessageSupport;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * Hands a message and its completions to a lane; returns at once.
 *
 * <p>With {@code deadLetter=true}, as the dead letter channel of its route uses it, the message is handed over as
 * rejected. Where nothing takes messages the exchange fails with a {@link BatchStoppedException}, its completions run as
 * failed, so that it is never acknowledged, and it is not accepted as a dead letter either. Must be the last step of its
 * route.
 */
final class BatchProducer extends DefaultProducer {

    private final BatchEndpoint endpoint;
    private final @Nullable Expression orderBy;
    private final Expression keyBy;

    BatchProducer(BatchEndpoint endpoint, @Nullable Expression orderBy, @Nullable Expression keyBy) {
        super(endpoint);
        this.endpoint = endpoint;
        this.orderBy = orderBy;
        this.keyBy = keyBy == null ? new MessageId() : keyBy;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        // What a message can make fail comes before its completions move: its error handler still has them.
        Rejection rejection = endpoint.getConfiguration().isDeadLetter() ? rejection(exchange) : null;
        Identity identity = identity(exchange);
        byte[] payload = Payload.mandatory(exchange.getMessage());
        String orderingKey = orderingKey(exchange, identity);
        Lane lane = consumer().lane(orderingKey);

        Exchange carrier = new DefaultExchange(exchange.getContext());
        carrier.setExchangeId(exchange.getExchangeId());
        // The ledger, told of the completion, knows a key by its pipeline.
        carrier.getExchangeExtension().setFromRouteId(exchange.getFromRouteId());
        carrier.setIn(exchange.getMessage());
        String sourceKey = exchange.getProperty(Message.ORDERING_KEY, String.class);
        if (sourceKey != null) {
            carrier.setProperty(Message.ORDERING_KEY, sourceKey);
        }
        carrier.setProperty(SourcePosition.PROPERTY, SourcePosition.of(exchange));
        Replay replay = Replay.of(exchange);
        if (replay != null) {
            carrier.setProperty(Replay.PROPERTY, replay);
        }
        carrier.setProperty(Identity.PROPERTY, identity);
        exchange.getExchangeExtension().handoverCompletions(carrier);
        Message message = new Message(carrier, identity.pipeline(), identity.key(), orderingKey, payload, rejection)
                .withContent(identity.content())
                .withMillisInRoute(exchange.getClock().elapsed())
                .withOriginal(original(exchange, carrier));
        if (!lane.offer(message)) {
            BatchStoppedException stopped = new BatchStoppedException();
            message.fail(stopped);
            throw stopped;
        }
    }

    /**
     * An outage is no fault of the message: it is not accepted as a dead letter, and so delivered again. Unless its
     * source does not deliver it again: it would be lost to the pipeline.
     */
    private static Rejection rejection(Exchange exchange) {
        Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        if (caught instanceof BatchStoppedException stopped) {
            throw stopped;
        }
        if (caught != null
                && Failure.of(caught) instanceof Failure.Outage outage
                && ObjectHelper.getException(RetryException.class, caught) == null) {
            String last = exchange.getProperty(Message.LAST_DELIVERY, String.class);
            if (last != null) {
                return Rejection.of(exchange).because(last);
            }
            throw new HeadgateException(
                    "not a fault of the message, which its source will deliver again: " + outage.reason(), caught);
        }
        return Rejection.of(exchange);
    }

    private static org.apache.camel.@Nullable Message original(Exchange exchange, Exchange carrier) {
        org.apache.camel.Message original = Content.original(exchange);
        if (original instanceof MessageSupport support) {
            // Else it would keep the source's exchange in memory for as long as the message is in flight.
            support.setExchange(carrier);
        }
        return original;
    }

    private BatchConsumer consumer() {
        BatchConsumer consumer = endpoint.getComponent().consumer(endpoint.getName());
        if (consumer == null) {
            throw new BatchStoppedException(
                    "No route consumes from batch:" + endpoint.getName() + ": add one, or correct the name");
        }
        return consumer;
    }

    /** What the idempotent consumer saw, else what the expression says. */
    private Identity identity(Exchange exchange) {
        Identity seen = exchange.getProperty(Identity.PROPERTY, Identity.class);
        return seen == null ? Identity.of(exchange, keyBy.evaluate(exchange, String.class)) : seen;
    }

    private @Nullable String orderingKey(Exchange exchange, Identity identity) {
        if (orderBy != null) {
            return orderBy.evaluate(exchange, String.class);
        }
        String kafka = exchange.getMessage().getHeader(KafkaConstants.KEY, String.class);
        if (kafka != null) {
            return kafka;
        }
        String other = exchange.getProperty(Message.ORDERING_KEY, String.class);
        return other == null ? identity.key() : other;
    }
}
