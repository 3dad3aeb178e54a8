package dev.headgate.batch;

import dev.headgate.HeadgateException;
import dev.headgate.message.Message;

/** A message cannot be a row of the relation {@code batch}; the cause says why. */
final class RefusedRowException extends HeadgateException {

    private static final long serialVersionUID = 1L;

    private final transient Message refused;

    RefusedRowException(Message refused, Exception cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.refused = refused;
    }

    /** The one that is refused. */
    Message refused() {
        return refused;
    }
}
