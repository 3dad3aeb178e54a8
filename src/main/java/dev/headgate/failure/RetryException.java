package dev.headgate.failure;

import dev.headgate.HeadgateException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a step that wants its message tried again: by the redelivery policy that its route has for this exception,
 * then the message becomes a dead letter with the number of attempts. Thrown while a batch is written, it is an outage.
 */
public class RetryException extends HeadgateException {

    private final String reason;

    /**
     * @param reason short, the same for all messages that failed for the same cause
     * @param message the details of this case
     */
    public RetryException(String reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Never blank. */
    public String reason() {
        return reason.isBlank() ? "retry" : reason;
    }
}
