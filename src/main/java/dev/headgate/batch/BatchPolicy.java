package dev.headgate.batch;

import org.jspecify.annotations.Nullable;

/**
 * What the endpoint of a batch's route wants done with refused messages.
 *
 * @param holdsKeys whether the later messages of a refused one's key become dead letters themselves, held until it is
 *     replayed or discarded; else they are applied
 * @param deadLetterDestination the outbox destination that gets a copy of each dead letter, or null
 */
record BatchPolicy(boolean holdsKeys, @Nullable String deadLetterDestination) {

    /**
     * As the options of the endpoint spell it.
     *
     * @throws IllegalArgumentException if {@code onReject} is neither {@code continue} nor {@code hold-key}
     */
    static BatchPolicy of(String onReject, @Nullable String deadLetterDestination) {
        return switch (onReject) {
            case "continue" -> new BatchPolicy(false, deadLetterDestination);
            case "hold-key" -> new BatchPolicy(true, deadLetterDestination);
            default -> throw new IllegalArgumentException("onReject must be continue or hold-key, found " + onReject);
        };
    }
}
