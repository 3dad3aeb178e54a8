package dev.headgate.chaos;

import java.util.List;
import java.util.function.Consumer;

/** Where the messages come from, as it is seen from outside. Thread-safe. */
interface Source extends AutoCloseable {

    /** Opens another producer, for the caller to close. */
    Sender sender(SentLog log, Consumer<Exception> failure);

    /** How many messages it has had. */
    long received() throws InterruptedException;

    /** How many of them are acknowledged; about as many, while messages come. */
    long acknowledged() throws InterruptedException;

    /** How many messages are not acknowledged. */
    long backlog() throws InterruptedException;

    /** What waits at present. */
    Waiting waiting() throws InterruptedException;

    /** Of what waited once. */
    interface Waiting {

        /** What of it has not moved since; empty once all of it has. */
        List<String> still() throws InterruptedException;
    }

    @Override
    void close();
}
