package dev.headgate.backpressure;

import java.time.Duration;
import java.time.Instant;

/**
 * Hears what sources bring and what becomes of acknowledgements; the seam for meters.
 *
 * <p>Called on the threads of consumers, which an implementation must not hold up; it must not throw, and be thread-safe.
 */
public interface AcknowledgeListener {

    /**
     * A request to the source brought messages.
     *
     * @param took the time of the request
     */
    default void fetched(String pipeline, Duration took) {}

    /**
     * A request to a queue whose messages say when they were sent is over; called after {@link #fetched}.
     *
     * @param oldestSent when the oldest message that it brought was sent; {@link Instant#MAX} if it brought none
     */
    default void received(String pipeline, Instant oldestSent) {}

    /**
     * Offsets are committed, or messages deleted.
     *
     * @param took the time of the request
     */
    default void acknowledged(String pipeline, Duration took) {}

    /** A request to commit or to delete failed; it is made again, or the messages come again. */
    default void failed(String pipeline, Throwable cause) {}
}
