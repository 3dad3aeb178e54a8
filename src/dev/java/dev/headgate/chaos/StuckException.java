package dev.headgate.chaos;

import dev.headgate.HeadgateException;

/** What should go on does not: the run ends, and its account is made of what there is. */
final class StuckException extends HeadgateException {

    private static final long serialVersionUID = 1L;

    StuckException(String message) {
        super(message);
    }
}
