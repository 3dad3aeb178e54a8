package dev.headgate.cli.checks;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import dev.headgate.cli.command.Failures;
import dev.headgate.settings.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** Asks the Kafka cluster that {@code camel.component.kafka.*} names to describe itself. */
public final class KafkaCheck {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String COMPONENT = "camel.component.kafka.";
    private static final String REMEDY =
            "start it, or set camel.component.kafka.brokers (or the environment variable CAMEL_COMPONENT_KAFKA_BROKERS).";

    private final String brokers;
    private final Map<String, Object> configuration;

    private KafkaCheck(String brokers, Map<String, Object> configuration) {
        this.brokers = brokers;
        this.configuration = configuration;
    }

    /** Empty if no brokers are set, or if how to reach them is known to Camel alone (placeholders, beans). */
    public static Optional<KafkaCheck> of(Settings settings) {
        return configuration(settings, AdminClientConfig.configNames())
                .map(configuration -> new KafkaCheck(
                        String.valueOf(configuration.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)), configuration));
    }

    /**
     * What leads Kafka's own clients to the cluster.
     *
     * @param names of the properties that the client knows
     */
    static Optional<Map<String, Object>> configuration(Settings settings, Set<String> names) {
        Properties component = new Properties();
        settings.asProperties().forEach((name, value) -> {
            if (name.toString().startsWith(COMPONENT)) {
                component.put(kafkaName(name.toString().substring(COMPONENT.length())), value);
            }
        });
        String brokers = component.getProperty("brokers", "");
        if (brokers.isBlank() || onlyCamelKnows(component)) {
            return Optional.empty();
        }
        Map<String, Object> configuration = new HashMap<>();
        component.forEach((name, value) -> {
            if (names.contains(name.toString())) {
                configuration.put(name.toString(), value);
            }
        });
        configuration.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        configuration.put(AdminClientConfig.CLIENT_ID_CONFIG, "headgate");
        configuration.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        configuration.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        return Optional.of(configuration);
    }

    /**
     * Asks.
     *
     * @throws HeadgateException if the cluster does not answer within ten seconds
     */
    public void run() {
        try (Admin admin = Admin.create(configuration)) {
            admin.describeCluster().nodes().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw silent(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException ? silent(e) : refused(e);
        } catch (KafkaException e) {
            throw refused(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeadgateException("Interrupted while asking Kafka at " + brokers + ".", e);
        }
    }

    /** {@code saslJaasConfig} and {@code sasl-jaas-config} are both {@code sasl.jaas.config} in Kafka's own words. */
    private static String kafkaName(String camelName) {
        return camelName
                .replaceFirst("^configuration\\.", "")
                .replaceAll("([a-z])([A-Z])", "$1.$2")
                .replace('-', '.')
                .toLowerCase(Locale.ROOT);
    }

    private static boolean onlyCamelKnows(Properties component) {
        return component.containsKey("ssl.context.parameters")
                || component.containsKey("sasl.auth.type")
                || component.values().stream()
                        .map(Object::toString)
                        .anyMatch(value -> value.contains("{{") || value.startsWith("#"));
    }

    private HeadgateException silent(Exception e) {
        return new HeadgateException(
                "Kafka does not answer at %s within %d s: %s".formatted(brokers, TIMEOUT.toSeconds(), REMEDY), e);
    }

    private HeadgateException refused(Exception e) {
        String reason = Failures.innermost(e).replaceFirst("[.:]$", "");
        return new ConfigurationException(
                "Kafka at %s cannot be used (%s): correct camel.component.kafka.*; %s"
                        .formatted(brokers, reason, REMEDY),
                e);
    }
}
