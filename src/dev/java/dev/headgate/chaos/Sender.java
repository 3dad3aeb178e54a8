package dev.headgate.chaos;

/** A producer, which never gives up on a message. Used by one thread. */
interface Sender extends AutoCloseable {

    /** Sends it sometime; the log is told when the source has it. */
    void send(Message message);

    /** Returns when the source has all that was sent. */
    void flush();

    @Override
    void close();
}
