package dev.headgate.kafka;

import java.util.Objects;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.serde.DefaultKafkaHeaderDeserializer;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Camel's Kafka component as Headgate needs it; {@code camel.component.kafka.*} properties still override. */
public final class KafkaDefaults {

    private KafkaDefaults() {}

    /** Whether somebody has chosen the value of an option. */
    interface Chosen {
        boolean isChosen(String option);
    }

    /** For endpoints to send to; those to consume from get their acknowledgement when their routes are built. */
    public static KafkaComponent component() {
        KafkaComponent component = new TransactedComponent();
        KafkaConfiguration configuration = new KafkaConfiguration();
        consuming(configuration, configuration, option -> false);
        sending(configuration);
        component.setConfiguration(configuration);
        return component;
    }

    /**
     * What is good for a source, set where neither the endpoint nor its component has another value than Camel's own.
     *
     * @param given the configuration of the endpoint's component
     * @param endpoint asked by the name of an option
     */
    static void consuming(KafkaConfiguration configuration, KafkaConfiguration given, Chosen endpoint) {
        KafkaConfiguration stock = new KafkaConfiguration();
        if (isFree("autoOffsetReset", given.getAutoOffsetReset(), stock.getAutoOffsetReset(), endpoint)) {
            configuration.setAutoOffsetReset("earliest");
        }
        if (isFree("isolationLevel", given.getIsolationLevel(), stock.getIsolationLevel(), endpoint)) {
            configuration.setIsolationLevel("read_committed");
        }
        if (isFree("partitionAssignor", given.getPartitionAssignor(), stock.getPartitionAssignor(), endpoint)) {
            configuration.setPartitionAssignor(CooperativeStickyAssignor.class.getName());
        }
        if (isFree("sessionTimeoutMs", given.getSessionTimeoutMs(), stock.getSessionTimeoutMs(), endpoint)) {
            // A killed process's partitions are served again after this, well within the freshness objective.
            configuration.setSessionTimeoutMs(10_000);
        }
        if (isFree("valueDeserializer", given.getValueDeserializer(), stock.getValueDeserializer(), endpoint)) {
            // Payloads pass unchanged, also those that are no UTF-8.
            configuration.setValueDeserializer(ByteArrayDeserializer.class.getName());
        }
        if (isFree("keyDeserializer", given.getKeyDeserializer(), stock.getKeyDeserializer(), endpoint)) {
            // Else all keys that are no UTF-8 would be one.
            configuration.setKeyDeserializer(KeyText.Reader.class.getName());
        }
        if (!endpoint.isChosen("headerDeserializer")
                && given.getHeaderDeserializer().getClass() == DefaultKafkaHeaderDeserializer.class) {
            configuration.setHeaderDeserializer(new TextHeaders());
        }
    }

    private static boolean isFree(String option, @Nullable Object given, @Nullable Object stock, Chosen endpoint) {
        return Objects.equals(given, stock) && !endpoint.isChosen(option);
    }

    private static void sending(KafkaConfiguration configuration) {
        configuration.setValueSerializer(ByteArraySerializer.class.getName());
        configuration.setKeySerializer(KeyText.Writer.class.getName());
        // A broker takes whatever it sees first of a producer in a partition (KAFKA-15591): of two requests under way
        // to a
        // partition that is new, or that gets a leader just then, the first fails, the second is appended, and the
        // first
        // can never be. With one under way the second waits.
        configuration.setMaxInFlightRequest(1);
        // So that one request brings much.
        configuration.setProducerBatchSize(128 * 1024);
        // A bulk of outbox entries goes out with each entry's own headers, without waiting entry by entry.
        configuration.setBatchWithIndividualHeaders(true);
        // Says of each of them that it has arrived, also if others fail.
        configuration.setRecordMetadata(true);
    }
}
