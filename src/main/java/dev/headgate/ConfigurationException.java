package dev.headgate;

import org.jspecify.annotations.Nullable;

/** Something in the configuration or on the command line that only the user can mend: trying again does not help. */
public class ConfigurationException extends HeadgateException {

    public ConfigurationException(String message) {
        super(message);
    }

    public ConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
