package dev.headgate.kafka;

import dev.headgate.ConfigurationException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The compacted topic that says of each relay what it has sent last. A record is written in the transaction of what it is
 * about; its key is the relay's name. The topic has one partition, and is made when it is missing. For one thread.
 */
final class RelayLog {

    static final String TOPIC = "headgate-relays";

    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final ConfigResource RESOURCE = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Properties producer;

    /** @param producer the properties of one for the same servers */
    RelayLog(Properties producer) {
        this.producer = producer;
    }

    /**
     * Sees to it that there is such a topic.
     *
     * @throws ConfigurationException if it cannot be made, or forgets
     * @throws org.apache.kafka.common.errors.AuthorizationException if nobody may ask
     */
    void prepare() {
        try (Admin admin = Admin.create(AdminConfiguration.of(producer))) {
            String policy;
            try {
                policy = policy(admin);
            } catch (UnknownTopicOrPartitionException e) {
                create(admin);
                return;
            }
            if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
                throw new ConfigurationException("The topic " + TOPIC + " has cleanup.policy=" + policy
                        + ", which forgets what was sent: set it to compact, for exactlyOnce of outbox: needs it");
            }
        }
    }

    private static String policy(Admin admin) {
        return answer(Objects.requireNonNull(
                        admin.describeConfigs(List.of(RESOURCE)).values().get(RESOURCE)))
                .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                .value();
    }

    private static void create(Admin admin) {
        int brokers = answer(admin.describeCluster().nodes()).size();
        int copies = Math.min(3, brokers);
        Map<String, String> settings = Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                String.valueOf(Math.max(1, copies - 1)),
                // Little to read at a start.
                TopicConfig.SEGMENT_BYTES_CONFIG,
                String.valueOf(4 << 20),
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                "0.1");
        try {
            answer(admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) copies).configs(settings)))
                    .all());
        } catch (TopicExistsException e) {
            // Another relay has just made it.
        } catch (TimeoutException e) {
            throw e;
        } catch (KafkaException e) {
            throw new ConfigurationException(
                    "The topic " + TOPIC + ", which exactlyOnce of outbox: needs, is missing and cannot be made: "
                            + e.getMessage() + ". Make it with one partition and cleanup.policy=compact, or grant the"
                            + " right to CREATE it");
        }
    }

    /** Returns when all transactions of the producer with this transactional id have ended, and it can have no more. */
    void fence(String name) {
        try (Admin admin = Admin.create(AdminConfiguration.of(producer))) {
            answer(admin.fenceProducers(List.of(name)).all());
        }
    }

    /** The latest committed record of each key that begins so. */
    Map<String, String> read(String prefix) {
        long end;
        try (Admin admin = Admin.create(AdminConfiguration.of(producer))) {
            // Of what may be in open transactions of others, too: they hide what was committed behind their beginning.
            end = answer(admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
                            .partitionResult(PARTITION))
                    .offset();
        }
        Map<String, String> latest = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consumer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long started = System.nanoTime();
            while (consumer.position(PARTITION, PATIENCE) < end) {
                if (System.nanoTime() - started > PATIENCE.toNanos()) {
                    throw new TimeoutException("A transaction of another relay has not ended for "
                            + PATIENCE.toSeconds() + " s, behind which the topic " + TOPIC + " cannot be read");
                }
                for (ConsumerRecord<String, String> entry : consumer.poll(POLL)) {
                    if (entry.key() != null && entry.key().startsWith(prefix)) {
                        latest.put(entry.key(), entry.value());
                    }
                }
            }
        }
        latest.values().removeIf(value -> value == null);
        return latest;
    }

    private Map<String, Object> consumer() {
        Map<String, Object> configuration = new HashMap<>();
        producer.forEach((name, value) -> configuration.put(String.valueOf(name), value));
        configuration.keySet().retainAll(ConsumerConfig.configNames());
        configuration.keySet().removeAll(NOT_SHARED);
        configuration.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        configuration.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        configuration.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        configuration.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        return configuration;
    }

    /** Options of the same name that mean something else, or what only the producer has. */
    private static final Collection<String> NOT_SHARED = List.of(
            ConsumerConfig.CLIENT_ID_CONFIG,
            ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
            ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG);

    private static <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        }
    }
}
