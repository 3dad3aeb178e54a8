package dev.headgate.backpressure;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Hears what sources bring and what becomes of acknowledgements; the seam for meters.
 *
 * <p>Called on the threads of consumers, which it must not hold up, and must not throw.
 */
public interface AcknowledgeListener {

    /** Hears nothing. */
    AcknowledgeListener NONE = new AcknowledgeListener() {};

    /** A request for messages brought some. */
    default void fetched(String pipeline, Duration took) {}

    /** As {@link #fetched}, of a queue whose messages say when they were sent; {@link Instant#MAX} if it brought none. */
    default void received(String pipeline, Instant oldestSent) {}

    /** Offsets are committed, or messages deleted. */
    default void acknowledged(String pipeline, Duration took) {}

    /** A request to commit or to delete failed; it is made again, or the messages come again. */
    default void failed(String pipeline, Throwable cause) {}

    /** A consumer of Kafka exists. */
    default void opened(Consumer<?, ?> consumer) {}

    /** It does not any more. */
    default void closed(Consumer<?, ?> consumer) {}
}
