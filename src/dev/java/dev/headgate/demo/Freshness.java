package dev.headgate.demo;

/** Measures how long each valid order takes from being sent to its end. */
interface Freshness extends AutoCloseable {
    /** The producer calls this just before the message is sent. */
    void sending(OrderMessage message);

    @Override
    void close();
}
