package dev.headgate.kafka;

import dev.headgate.ConfigurationException;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.kafka.PollOnError;
import org.apache.camel.component.kafka.consumer.DefaultKafkaManualAsyncCommitFactory;
import org.apache.camel.component.kafka.consumer.DefaultKafkaManualCommitFactory;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;
import org.apache.camel.util.URISupport;
import org.jspecify.annotations.Nullable;

/**
 * Puts Headgate's acknowledgement into an endpoint of Camel's Kafka component, after it is made and before its consumer
 * starts: whatever the component was given, and no other endpoint of it.
 */
public final class KafkaAcknowledgement {

    private final AcknowledgingClientFactory clients;
    private final AcknowledgingCommitFactory commits;

    public KafkaAcknowledgement(AcknowledgingClientFactory clients, AcknowledgingCommitFactory commits) {
        this.clients = clients;
        this.commits = commits;
    }

    public AcknowledgingClientFactory clients() {
        return clients;
    }

    /** Gives an endpoint of a component that is not Headgate's own the defaults of that one, but where somebody has chosen. */
    public void configure(KafkaEndpoint endpoint) {
        Map<String, Object> named = named(endpoint);
        KafkaConfiguration given = endpoint.getComponent().getConfiguration();
        KafkaDefaults.consuming(
                endpoint.getConfiguration(), given, option -> named.containsKey(option.toLowerCase(Locale.ROOT)));
    }

    /**
     * Makes its consumer one that commits what has completed.
     *
     * @param route as complaints name it
     * @throws ConfigurationException if the endpoint has what excludes the acknowledgement
     */
    public void attach(KafkaEndpoint endpoint, String route) {
        KafkaConfiguration configuration = endpoint.getConfiguration();
        String obstacle = obstacle(endpoint, configuration);
        if (obstacle != null) {
            throw new ConfigurationException(
                    ("%s has %s: what is read would count as done before it is written, and be lost if the process dies."
                                    + " Remove it: offsets are committed after the effect, by Headgate's own consumer.")
                            .formatted(route, obstacle));
        }
        configuration.setAutoCommitEnable(false);
        configuration.setAllowManualCommit(true);
        if (configuration.getPollOnError() != PollOnError.RETRY) {
            // The other strategies seek past records (ERROR_HANDLER, DISCARD) or end the consumer (STOP).
            configuration.setPollOnError(PollOnError.RECONNECT);
        }
        endpoint.setKafkaClientFactory(clients);
        endpoint.setKafkaManualCommitFactory(commits);
    }

    private @Nullable String obstacle(KafkaEndpoint endpoint, KafkaConfiguration configuration) {
        KafkaClientFactory factory = endpoint.getKafkaClientFactory();
        if (factory != null && factory != clients && factory.getClass() != DefaultKafkaClientFactory.class) {
            return "a kafkaClientFactory of its own, " + factory.getClass().getName();
        }
        KafkaManualCommitFactory manual = endpoint.getKafkaManualCommitFactory();
        if (manual != null
                && manual != commits
                && manual.getClass() != DefaultKafkaManualCommitFactory.class
                && manual.getClass() != DefaultKafkaManualAsyncCommitFactory.class) {
            return "a kafkaManualCommitFactory of its own, " + manual.getClass().getName();
        }
        if (configuration.getOffsetRepository() != null) {
            return "an offsetRepository";
        }
        if (configuration.isBatching()) {
            return "batching=true";
        }
        // The component's true is Camel's default, and nobody's word.
        return "true".equals(String.valueOf(named(endpoint).get("autocommitenable"))) ? "autoCommitEnable=true" : null;
    }

    /** The options that the endpoint's URI names, in lower case. */
    private static Map<String, Object> named(KafkaEndpoint endpoint) {
        try {
            Map<String, Object> named = new TreeMap<>();
            URISupport.parseQuery(URISupport.extractQuery(endpoint.getEndpointUri()))
                    .forEach((name, value) -> named.put(name.replace("-", "").toLowerCase(Locale.ROOT), value));
            return named;
        } catch (URISyntaxException e) {
            throw new RuntimeCamelException(e);
        }
    }
}
