package dev.headgate.batch;

import dev.headgate.HeadgateException;

/** The batch stopped before this message was written; it is not acknowledged and will be delivered again. */
public class BatchStoppedException extends HeadgateException {

    public BatchStoppedException() {
        super("the batch stopped before the message was written; its source will deliver it again");
    }
}
