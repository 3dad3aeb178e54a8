package dev.headgate.batch;

import java.time.Duration;

/**
 * Hears what becomes of batches; every bean of this type in the registry is called.
 *
 * <p>Called on the lane's thread, which it must not hold up. What it throws is logged and ignored.
 */
public interface BatchListener {

    /** When a batch is closed, before its first attempt: all its messages, in order of arrival. */
    default void closed(Batch batch) {}

    /** After the commit, before the source acknowledges. */
    default void written(Batch batch, Duration took) {}

    /** After an attempt failed and was rolled back; the same messages are tried again after the delay. */
    default void retrying(Batch batch, Throwable cause, int attempt, Duration delay) {}

    /**
     * When a first lane of a batch cannot write, because of an outage, or because too many of its messages are refused
     * for one reason, or nobody can say yet whose fault it is; and again, until {@link #released}, whenever the reason is
     * another one, more pipelines wait, or its sources begin to pause for it or cease to.
     */
    default void holding(Held held) {}

    /** When all lanes of a batch that was held have written theirs, all of it. */
    default void released(String name) {}

    /** Instead of {@link #released} where the last of them has stopped and not written it: its messages come again. */
    default void abandoned(String name) {
        released(name);
    }
}
