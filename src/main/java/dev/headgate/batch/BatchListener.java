package dev.headgate.batch;

import java.time.Duration;

/**
 * Hears what becomes of batches; every bean of this type in the registry is called.
 *
 * <p>Called on the lane's thread, which it must not hold up. What it throws is logged and ignored.
 */
public interface BatchListener {

    /** After the route succeeded (with {@code transacted}: after the commit), before the source acknowledges. */
    default void written(Batch batch, Duration took) {}

    /** After an attempt failed and was rolled back; the same messages are tried again after the delay. */
    default void retrying(Batch batch, Throwable cause, int attempt, Duration delay) {}
}
