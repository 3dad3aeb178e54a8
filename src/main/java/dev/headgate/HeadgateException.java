package dev.headgate;

import org.jspecify.annotations.Nullable;

/**
 * The one unchecked base of all exceptions that Headgate itself throws.
 *
 * <p>Its message is a sentence for the person who runs Headgate: what was expected, what was found and what to do.
 * It never holds a password.
 */
public class HeadgateException extends RuntimeException {

    public HeadgateException(String message) {
        super(message);
    }

    public HeadgateException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
