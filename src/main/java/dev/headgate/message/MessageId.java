package dev.headgate.message;

import org.apache.camel.Exchange;
import org.apache.camel.support.ExpressionAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The usual idempotency key, as an expression: a header of the message, or, where that is missing or empty, the place
 * the message came from, which at least absorbs redeliveries. The ledger and {@code batch:} tell a position, or an id of
 * bytes that are no UTF-8, from a header that reads the same.
 */
public final class MessageId extends ExpressionAdapter {

    @Override
    public Object evaluate(Exchange exchange) {
        @Nullable Object header = exchange.getMessage().getHeader(Headers.MESSAGE_ID);
        if (header instanceof byte[] bytes) {
            return bytes.length == 0 ? Identity.position(exchange) : Identity.id(exchange, bytes);
        }
        String id = exchange.getMessage().getHeader(Headers.MESSAGE_ID, String.class);
        return id == null || id.isEmpty() ? Identity.position(exchange) : id;
    }
}
