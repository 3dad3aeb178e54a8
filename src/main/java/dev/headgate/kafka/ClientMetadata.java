package dev.headgate.kafka;

import java.lang.reflect.Field;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Which topic a consumer reads under a name. Kafka's client knows the topic's id, for it fetches by it, but has no method
 * that tells; whoever asks the brokers instead learns of a new topic only after records of it were handed out. So its own
 * field is read. For the consumer's thread.
 */
final class ClientMetadata {

    private final Metadata metadata;

    /** @throws IllegalStateException if this version of Kafka's client keeps its metadata elsewhere */
    ClientMetadata(KafkaConsumer<?, ?> consumer) {
        this.metadata = (Metadata) field(field(consumer, KafkaConsumer.class, "delegate"), null, "metadata");
    }

    /**
     * What the brokers call the topic that is read at present: its id, or that of the cluster if they are too old to have
     * ids; null while they know no such topic.
     */
    @Nullable
    String token(String topic) {
        // One snapshot: the heartbeat's thread may bring a new one at any time.
        Cluster cluster = metadata.fetch();
        Uuid id = cluster.topicId(topic);
        if (!id.equals(Uuid.ZERO_UUID)) {
            return id.toString();
        }
        return cluster.topics().contains(topic)
                ? "cluster " + cluster.clusterResource().clusterId()
                : null;
    }

    private static Object field(Object object, @Nullable Class<?> declaring, String name) {
        try {
            Field field = (declaring == null ? object.getClass() : declaring).getDeclaredField(name);
            field.setAccessible(true);
            return field.get(object);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "This version of kafka-clients has no " + name + " in " + object.getClass()
                            + ": use the version that Headgate was built with",
                    e);
        }
    }
}
