package dev.headgate.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Each of Camel's own keys that Headgate has another default for, with that default and one line about it. */
public enum CamelDefault {
    MANAGEMENT_ENABLED("camel.management.enabled", "true", "Whether the management server listens."),
    MANAGEMENT_HOST("camel.management.host", "127.0.0.1", "Where it listens; beyond this machine it needs a token."),
    MANAGEMENT_PORT("camel.management.port", "9876", "Its port."),
    MANAGEMENT_HEALTH("camel.management.health-check-enabled", "true", "Whether it answers `/observe/health`."),
    MANAGEMENT_METRICS(
            "camel.management.metrics-enabled",
            "true",
            "Whether there are meters: `/observe/metrics`, the status page and `headgate slo`."),
    MANAGEMENT_JOLOKIA("camel.management.jolokia-enabled", "true", "Whether it answers `/observe/jolokia`."),
    MANAGEMENT_INFO("camel.management.info-enabled", "true", "Whether it answers `/observe/info`."),
    JMX_STATISTICS(
            "camel.main.jmx-management-statistics-level",
            "RoutesOnly",
            "What JMX counts; each step too (`Default`) costs about 2 us a message."),
    SHUTDOWN_TIMEOUT(
            "camel.main.shutdown-timeout", "30", "Seconds that what is in flight may take at SIGTERM to be finished."),
    SQS_CREDENTIALS(
            "camel.component.aws2-sqs.use-default-credentials-provider",
            "true",
            "Whether credentials come from the AWS SDK's usual places; `false` where an access key or a profile is set."),
    S3_CREDENTIALS(
            "camel.component.aws2-s3.use-default-credentials-provider", "true", "The same for the component of S3.");

    private static final Pattern OWN_CREDENTIALS =
            Pattern.compile("accesskey|useprofilecredentialsprovider|usesessioncredentials");

    private final String propertyName;
    private final String defaultValue;
    private final String description;

    CamelDefault(String propertyName, String defaultValue, String description) {
        this.propertyName = propertyName;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /** The name in a properties file, in the spelling that {@link Settings} keep it under. */
    public String propertyName() {
        return propertyName;
    }

    public String defaultValue() {
        return defaultValue;
    }

    /** One sentence for the configuration table. */
    public String description() {
        return description;
    }

    /** The key of this name in any of Camel's spellings: with dashes, in camel case, in lower case. */
    static Optional<CamelDefault> named(String written) {
        return Arrays.stream(values())
                .filter(key -> plain(key.propertyName).equals(plain(written)))
                .findFirst();
    }

    /** Whether a person who sets this key says otherwise than this default. */
    boolean yieldsTo(String written) {
        return (this == SQS_CREDENTIALS || this == S3_CREDENTIALS)
                && component(written).equals(component(propertyName))
                && OWN_CREDENTIALS
                        .matcher(plain(written.substring(component(written).length())))
                        .matches();
    }

    /** Up to its last dot, which stays. */
    private static String component(String name) {
        return name.substring(0, name.lastIndexOf('.') + 1);
    }

    /** The same for all spellings of a key. */
    static String plain(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
