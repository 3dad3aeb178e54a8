package dev.headgate.outbox;

import java.time.Duration;

/**
 * Told what the relays of this process achieve; the seam for meters. All beans of this type in the Camel registry are
 * called. Calls come from the relay threads, one thread for each destination, so an implementation must be thread-safe and
 * quick: the relay waits for it. What it throws is logged and otherwise ignored.
 */
public interface OutboxListener {

    /**
     * Entries were sent and are marked delivered: called after the marking has committed. Not called for entries whose
     * marking failed; those are sent again.
     *
     * @param entries how many, at least 1
     * @param sinceOldestCreated age of the oldest of them when it was marked, by the clock of the database
     */
    default void delivered(String destination, int entries, Duration sinceOldestCreated) {}

    /**
     * Entries could not be sent: called after the failure and the time of the next attempt have been committed. All of
     * the entries stay pending, although some may have reached the destination.
     *
     * @param entries how many were in the failed exchange, at least 1
     * @param backoff from the marking to the next attempt
     */
    default void failed(String destination, int entries, Throwable cause, Duration backoff) {}

    /** An entry has become a dead letter: called after that has committed. */
    default void refused(String destination, Throwable cause) {}
}
