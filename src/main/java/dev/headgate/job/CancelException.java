package dev.headgate.job;

import dev.headgate.HeadgateException;

/** Thrown by a handler whose job is no longer wanted: it is cancelled, and no dead letter. */
public class CancelException extends HeadgateException {

    /**
     * Cancels.
     *
     * @param why kept with the job
     */
    public CancelException(String why) {
        super(why);
    }
}
