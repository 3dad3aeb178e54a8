package dev.headgate.demo;

import java.util.function.UnaryOperator;

/**
 * A source whose messages are made into something else before they are sent.
 *
 * @param source closed with this one
 */
record EncodingSource(Source source, UnaryOperator<OrderMessage> encoding) implements Source {

    @Override
    public void send(OrderMessage message) {
        source.send(encoding.apply(message));
    }

    @Override
    public void flush() {
        source.flush();
    }

    @Override
    public long acknowledged() {
        return source.acknowledged();
    }

    @Override
    public long backlog() {
        return source.backlog();
    }

    @Override
    public long received() {
        return source.received();
    }

    @Override
    public String address() {
        return source.address();
    }

    @Override
    public void close() {
        source.close();
    }
}
