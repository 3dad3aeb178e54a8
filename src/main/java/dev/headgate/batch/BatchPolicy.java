package dev.headgate.batch;

import org.jspecify.annotations.Nullable;

/**
 * What the endpoint of a batch's route wants done with refused messages.
 *
 * @param deadLetterDestination the outbox destination that gets a copy of each dead letter, or null
 */
public record BatchPolicy(OnReject onReject, @Nullable String deadLetterDestination) {

    public boolean holdsKeys() {
        return onReject == OnReject.HOLD_KEY;
    }
}
