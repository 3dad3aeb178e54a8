package dev.headgate.kafka;

import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.camel.component.kafka.KafkaClientFactory;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.PollOnError;
import org.apache.camel.component.kafka.consumer.DefaultKafkaManualCommitFactory;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Camel's Kafka component as Headgate needs it; {@code camel.component.kafka.*} properties still override. */
public final class KafkaDefaults {

    private KafkaDefaults() {}

    /** A component that only sends. */
    public static KafkaComponent sending() {
        return component(new DefaultKafkaClientFactory(), new DefaultKafkaManualCommitFactory());
    }

    public static KafkaComponent component(KafkaClientFactory clients, KafkaManualCommitFactory commits) {
        KafkaConfiguration configuration = new KafkaConfiguration();
        // Headgate commits, nobody else.
        configuration.setAutoCommitEnable(false);
        configuration.setAllowManualCommit(true);
        // The other strategies seek past records (ERROR_HANDLER, DISCARD) or end the consumer (STOP).
        configuration.setPollOnError(PollOnError.RECONNECT);
        configuration.setAutoOffsetReset("earliest");
        configuration.setIsolationLevel("read_committed");
        configuration.setPartitionAssignor(CooperativeStickyAssignor.class.getName());
        // A killed process's partitions are served again after this, well within the freshness objective.
        configuration.setSessionTimeoutMs(10_000);
        // Payloads pass unchanged, also those that are no UTF-8.
        configuration.setValueDeserializer(ByteArrayDeserializer.class.getName());
        configuration.setValueSerializer(ByteArraySerializer.class.getName());
        // Else all keys that are no UTF-8 would be one.
        configuration.setKeyDeserializer(KeyText.Reader.class.getName());
        configuration.setKeySerializer(KeyText.Writer.class.getName());
        configuration.setHeaderDeserializer(new TextHeaders());
        // A bulk of outbox entries goes out with each entry's own headers, without waiting entry by entry.
        configuration.setBatchWithIndividualHeaders(true);
        // Says of each of them that it has arrived, also if others fail.
        configuration.setRecordMetadata(true);
        KafkaComponent component = new KafkaComponent();
        component.setConfiguration(configuration);
        component.setKafkaClientFactory(clients);
        component.setKafkaManualCommitFactory(commits);
        return component;
    }
}
