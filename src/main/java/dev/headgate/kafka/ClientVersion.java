package dev.headgate.kafka;

import dev.headgate.ConfigurationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which {@code kafka-clients} Headgate works with: in somebody else's application another build chooses it. */
final class ClientVersion {

    private static final Pattern FORM = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

    private ClientVersion() {}

    /**
     * Refuses one before 4.1; one that does not say its version is taken.
     *
     * @throws ConfigurationException with what to do about it
     */
    static void check(String version) {
        Matcher found = FORM.matcher(version);
        if (found.matches() && Integer.parseInt(found.group(1)) * 1000 + Integer.parseInt(found.group(2)) < 4001) {
            throw new ConfigurationException(
                    ("kafka-clients %s is on the class path, expected 4.1 or newer: add the dependency"
                                    + " org.apache.kafka:kafka-clients:4.1.2; with Spring Boot, which chooses an older one,"
                                    + " set the property kafka.version of the build to 4.1.2.")
                            .formatted(version));
        }
    }
}
