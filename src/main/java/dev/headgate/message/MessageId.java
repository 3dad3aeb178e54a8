package dev.headgate.message;

import org.apache.camel.Exchange;
import org.apache.camel.support.ExpressionAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The usual idempotency key, as an expression: a header of the message, or, where that is missing or empty, the place
 * the message came from ({@code topic-partition-offset}), which at least absorbs redeliveries. A header of bytes that
 * are no UTF-8 becomes {@code base64:...}, so that different ids stay different.
 */
public final class MessageId extends ExpressionAdapter {

    @Override
    public Object evaluate(Exchange exchange) {
        @Nullable Object header = exchange.getMessage().getHeader(Headers.MESSAGE_ID);
        @Nullable
        String id = header instanceof byte[] bytes
                ? Headers.decode(bytes)
                : exchange.getMessage().getHeader(Headers.MESSAGE_ID, String.class);
        return id == null || id.isEmpty() ? SourcePosition.of(exchange).toString() : id;
    }
}
