package dev.headgate.demo;

/** Where the orders go in: one topic or queue that Headgate reads. Thread-safe; closing it leaves the server running. */
public interface Source extends AutoCloseable {
    /**
     * Sends without waiting for the acknowledgement; waits while the server is slower than the caller.
     *
     * @throws IllegalStateException if an earlier message was not acknowledged
     */
    void send(OrderMessage message);

    /**
     * Returns when all that was sent is acknowledged by the server.
     *
     * @throws IllegalStateException if a message was not, so that nobody knows whether it is there
     */
    void flush();

    /** How many of the messages sent the server has acknowledged so far. */
    long acknowledged();

    /** How many messages Headgate has not acknowledged yet, as the server knows it now. */
    long backlog();

    /** How many messages have ever come in. */
    long received();

    /** Where it is, for a person. */
    String address();

    @Override
    void close();
}
