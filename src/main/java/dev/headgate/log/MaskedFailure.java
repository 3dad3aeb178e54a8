package dev.headgate.log;

import java.util.function.UnaryOperator;

/** A failure as the log shows it: its stack traces and those of its causes, and what they say without secrets. */
@SuppressWarnings({"serial", "OverrideThrowableToString"}) // nobody sends it anywhere; it has the name of what it masks
final class MaskedFailure extends Throwable {

    private final String shown;

    MaskedFailure(Throwable failure, UnaryOperator<String> mask) {
        super(
                failure.getMessage() == null ? null : mask.apply(failure.getMessage()),
                failure.getCause() == null ? null : new MaskedFailure(failure.getCause(), mask));
        shown = mask.apply(failure.toString());
        setStackTrace(failure.getStackTrace());
        for (Throwable suppressed : failure.getSuppressed()) {
            addSuppressed(new MaskedFailure(suppressed, mask));
        }
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public String toString() {
        return shown;
    }
}
