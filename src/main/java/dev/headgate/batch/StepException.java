package dev.headgate.batch;

import dev.headgate.HeadgateException;

/** Says at which step of its route a batch has failed, and carries why. */
final class StepException extends HeadgateException {

    private static final long serialVersionUID = 1L;

    /** @param step its name, and what and where it is */
    StepException(String step, Throwable cause) {
        super(step, cause);
    }
}
