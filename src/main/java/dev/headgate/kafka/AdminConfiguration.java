package dev.headgate.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** The configuration of an admin client that reaches the servers of a consumer, with its credentials, and waits five seconds. */
public final class AdminConfiguration {

    private static final String TIMEOUT_MILLIS = "5000";

    private AdminConfiguration() {}

    /** What of a consumer's properties is an admin client's too. */
    public static Map<String, Object> of(Properties consumer) {
        Map<String, Object> configuration = new HashMap<>();
        consumer.forEach((name, value) -> configuration.put(String.valueOf(name), value));
        configuration.keySet().retainAll(AdminClientConfig.configNames());
        configuration.remove(AdminClientConfig.CLIENT_ID_CONFIG);
        configuration.remove(AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG);
        configuration.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        configuration.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        return configuration;
    }
}
