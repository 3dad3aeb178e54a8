package dev.headgate.batch;

import dev.headgate.failure.Failure;

/** What became of one of the {@link WriteAttempts} of a batch. */
sealed interface WriteResult {

    /** Nothing is left to write: it has taken effect, or will with the transaction that the attempt is a part of. */
    record Written() implements WriteResult {}

    /** Nothing of it has taken effect: one of the messages is bad, or the sink is, and other attempts can tell which. */
    record Refused(Failure failure, Throwable cause) implements WriteResult {}

    /** Nothing of it has taken effect, for an outage or as the lane stops, which tells nothing about the messages. */
    record Failed() implements WriteResult {}
}
