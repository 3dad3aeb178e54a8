package dev.headgate.backpressure;

/** What is in flight, of one source or of the whole process, and its limits. Thread-safe. */
public interface Inflight {

    /** Messages that were handed to a route and are not yet acknowledged. */
    long messages();

    /** The bytes in them. */
    long bytes();

    /** The most messages that were ever in flight at once. */
    long highestMessages();

    long maxMessages();

    long maxBytes();

    /** Sets the limit from now on, at least 1; what is in flight stays in flight. */
    void setMaxMessages(long limit);

    /** Sets the limit from now on, at least 1; what is in flight stays in flight. */
    void setMaxBytes(long limit);

    /** Whether what takes messages from here has to pause. */
    boolean isFull();

    /** Whether a source is paused, by an operator or because what it feeds cannot write. */
    boolean isPaused();
}
