package dev.headgate.failure;

import dev.headgate.HeadgateException;

/**
 * Thrown by a step that cannot work on any message at present, or not on this one yet, for what lies in a server or in the
 * way to it. Before a batch its message is not acknowledged, and so delivered again; while a batch is written it is held.
 */
public class OutageException extends HeadgateException {

    private final String reason;

    /**
     * @param reason short, the same for all messages that failed for the same cause
     * @param message what has failed, where, and what to do
     */
    public OutageException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** What has failed, in short. */
    public String reason() {
        return reason;
    }
}
