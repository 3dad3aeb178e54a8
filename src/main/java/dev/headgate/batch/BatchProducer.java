package dev.headgate.batch;

import dev.headgate.HeadgateException;
import dev.headgate.failure.Failure;
import dev.headgate.failure.RetryException;
import dev.headgate.message.Message;
import dev.headgate.message.MessageId;
import dev.headgate.message.Payload;
import dev.headgate.message.Rejection;
import dev.headgate.message.SourcePosition;
import dev.headgate.message.StorableKey;
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
        String key = idempotencyKey(exchange);
        byte[] payload = Payload.mandatory(exchange.getMessage());
        String orderingKey = orderingKey(exchange, key);
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
        String queue = exchange.getProperty(SourcePosition.QUEUE, String.class);
        if (queue != null) {
            carrier.setProperty(SourcePosition.QUEUE, queue);
        }
        exchange.getExchangeExtension().handoverCompletions(carrier);
        Message message = new Message(carrier, pipeline(exchange), key, orderingKey, payload, rejection)
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
        Failure failure = caught == null ? null : Failure.of(caught);
        if ((failure instanceof Failure.Outage || failure instanceof Failure.Undecided)
                && ObjectHelper.getException(RetryException.class, caught) == null) {
            String last = exchange.getProperty(Message.LAST_DELIVERY, String.class);
            if (last != null) {
                return Rejection.of(exchange).because(last);
            }
            throw new HeadgateException(
                    "not a fault of the message, which its source will deliver again: " + failure.reason(), caught);
        }
        return Rejection.of(exchange);
    }

    /** As the source gave it, if its route keeps that ({@code useOriginalMessage} of a dead letter channel makes it). */
    private static org.apache.camel.@Nullable Message original(Exchange exchange, Exchange carrier) {
        if (exchange.getUnitOfWork() == null || !exchange.getContext().isAllowUseOriginalMessage()) {
            return null;
        }
        org.apache.camel.Message original = exchange.getUnitOfWork().getOriginalInMessage();
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

    /** What the idempotent consumer saw; null where the place that it came from is the key. */
    private @Nullable String idempotencyKey(Exchange exchange) {
        String seen = exchange.getProperty(Message.IDEMPOTENCY_KEY, String.class);
        if (seen != null) {
            return seen;
        }
        String key = keyBy.evaluate(exchange, String.class);
        return key == null || key.isEmpty() ? null : StorableKey.of(key);
    }

    private @Nullable String orderingKey(Exchange exchange, @Nullable String key) {
        if (orderBy != null) {
            return orderBy.evaluate(exchange, String.class);
        }
        String kafka = exchange.getMessage().getHeader(KafkaConstants.KEY, String.class);
        if (kafka != null) {
            return kafka;
        }
        String other = exchange.getProperty(Message.ORDERING_KEY, String.class);
        return other == null ? key : other;
    }

    private static String pipeline(Exchange exchange) {
        String route = exchange.getFromRouteId();
        return route == null ? "unknown" : route;
    }
}
