package dev.headgate.batch;

import org.jspecify.annotations.Nullable;

/**
 * What the endpoint of a batch's route wants done with refused messages.
 *
 * @param holdsKeys whether the later messages of a refused one's key become dead letters themselves, held until it is
 *     replayed or discarded; else they are applied
 * @param refusesConflicts whether a message whose key was used before with other content becomes a dead letter; else it
 *     is dropped as a duplicate
 * @param keyed whether the ledger gets the key of each message; else the positions of partitions tell what was applied
 * @param deadLetterDestination the outbox destination that gets a copy of each dead letter, or null
 */
record BatchPolicy(
        boolean holdsKeys,
        boolean refusesConflicts,
        boolean keyed,
        @Nullable String deadLetterDestination) {

    /**
     * As the options of the endpoint spell it.
     *
     * @throws IllegalArgumentException if an option has none of its values
     */
    static BatchPolicy of(
            String onReject, String onConflict, String idempotency, @Nullable String deadLetterDestination) {
        return new BatchPolicy(
                isSecond("onReject", onReject, "continue", "hold-key"),
                isSecond("onConflict", onConflict, "drop", "dead-letter"),
                !isSecond("idempotency", idempotency, "keys", "positions"),
                deadLetterDestination);
    }

    private static boolean isSecond(String option, String value, String first, String second) {
        if (!value.equals(first) && !value.equals(second)) {
            throw new IllegalArgumentException("%s must be %s or %s, found %s".formatted(option, first, second, value));
        }
        return value.equals(second);
    }
}
