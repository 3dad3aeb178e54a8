package dev.headgate.batch;

import dev.headgate.HeadgateException;

/**
 * The batch does not take this message, for it stopped or there is none; the message is not acknowledged and will be
 * delivered again. Never a reason for a dead letter.
 */
public class BatchStoppedException extends HeadgateException {

    public BatchStoppedException() {
        super("the batch stopped before the message was written; its source will deliver it again");
    }

    BatchStoppedException(String message) {
        super(message);
    }
}
