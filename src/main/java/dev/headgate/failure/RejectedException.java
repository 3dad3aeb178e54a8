package dev.headgate.failure;

import dev.headgate.HeadgateException;

/** Thrown by a step that knows its message can never be applied; the message becomes a dead letter. */
public class RejectedException extends HeadgateException {

    private final String reason;

    /**
     * @param reason short, the same for all messages refused for the same cause
     * @param message the details of this case
     */
    public RejectedException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Never blank. */
    public String reason() {
        return reason.isBlank() ? "rejected" : reason;
    }
}
