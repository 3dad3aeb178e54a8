package dev.headgate.batch;

import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * Hands a message and its completions to a lane; returns at once.
 *
 * <p>With {@code deadLetter=true}, as the dead letter channel of its route uses it, the message is handed over as
 * rejected. If a message cannot be handed over its completions run as failed, so that it is never acknowledged, and the
 * exchange fails. Must be the last step of its route.
 */
final class BatchProducer extends DefaultProducer {

    private final BatchEndpoint endpoint;
    private final @Nullable Expression orderBy;

    BatchProducer(BatchEndpoint endpoint, @Nullable Expression orderBy) {
        super(endpoint);
        this.endpoint = endpoint;
        this.orderBy = orderBy;
    }

    @Override
    public void process(Exchange exchange) {
        Exchange carrier = new DefaultExchange(exchange.getContext());
        carrier.setExchangeId(exchange.getExchangeId());
        exchange.getExchangeExtension().handoverCompletions(carrier);
        try {
            handOver(exchange, carrier);
        } catch (RuntimeException e) {
            new Message(carrier, pipeline(exchange), null, null, null, null).fail(e);
            throw e;
        }
    }

    private void handOver(Exchange exchange, Exchange carrier) {
        BatchConsumer consumer = endpoint.getComponent().consumer(endpoint.getName());
        if (consumer == null) {
            throw new IllegalStateException(
                    "No route consumes from batch:" + endpoint.getName() + ": add one, or correct the name");
        }
        Rejection rejection = endpoint.isDeadLetter() ? Rejection.of(exchange) : null;
        String key = exchange.getProperty(Message.IDEMPOTENCY_KEY, String.class);
        byte[] payload = exchange.getMessage().getBody(byte[].class);
        carrier.setIn(exchange.getMessage());
        String orderingKey = orderingKey(exchange, key);
        Message message = new Message(carrier, pipeline(exchange), key, orderingKey, payload, rejection);
        if (!consumer.lane(orderingKey).offer(message)) {
            throw new BatchStoppedException();
        }
    }

    private @Nullable String orderingKey(Exchange exchange, @Nullable String key) {
        if (orderBy != null) {
            return orderBy.evaluate(exchange, String.class);
        }
        String kafka = exchange.getMessage().getHeader(KafkaConstants.KEY, String.class);
        return kafka == null ? key : kafka;
    }

    private static String pipeline(Exchange exchange) {
        String route = exchange.getFromRouteId();
        return route == null ? "unknown" : route;
    }
}
