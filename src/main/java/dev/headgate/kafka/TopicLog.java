package dev.headgate.kafka;

import dev.headgate.HeadgateException;
import dev.headgate.message.ReplaySeal;
import dev.headgate.message.SourcePosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.kafka.consumer.support.KafkaRecordProcessor;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * What the topics of an endpoint hold, read as its route would read it, but as nobody: in no group, and nothing is
 * committed. For one thread.
 */
public final class TopicLog implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String UNKNOWN = "unknown";

    /**
     * A partition as it is at present.
     *
     * @param incarnation which of the topics of this name; empty if no process has read of it
     * @param start the offset of the first record that the brokers still have
     * @param end behind the last record that can be read
     * @param unreadable how many offsets are behind that: a transaction is open
     * @param committed the group's offset in this topic; empty if it has none, or that of an earlier topic of the name
     * @param compacted whether the brokers keep only the newest record of a key
     */
    public record Partition(
            String topic,
            int partition,
            OptionalInt incarnation,
            long start,
            long end,
            long unreadable,
            @Nullable Long committed,
            boolean compacted) {

        /** As positions name it. */
        public String container() {
            return new SourcePosition.Kafka(topic, incarnation.orElse(0), partition, 0).container();
        }

        TopicPartition topicPartition() {
            return new TopicPartition(topic, partition);
        }

        /** The same, of which more can be read by now. */
        private Partition readableTo(long now) {
            long all = end + unreadable;
            long readable = Math.min(all, Math.max(end, now));
            return new Partition(topic, partition, incarnation, start, readable, all - readable, committed, compacted);
        }
    }

    /** Takes a record. */
    public interface Reader {

        /**
         * Takes one.
         *
         * @param exchange with its position, as it would come to the route's first step
         */
        void read(long offset, Instant time, Exchange exchange);
    }

    private final KafkaEndpoint endpoint;
    private final BiFunction<String, String, OptionalInt> incarnations;
    private final ReplaySeal seal;
    private final Properties properties = new Properties();
    private final KafkaConsumer<Object, Object> consumer;
    private final Admin admin;
    private final Records records = new Records();

    /**
     * Connects.
     *
     * @param incarnations the number of a source's life by its name and token, if it is known
     * @param seal recognises replays
     */
    public TopicLog(KafkaEndpoint endpoint, BiFunction<String, String, OptionalInt> incarnations, ReplaySeal seal) {
        this.endpoint = endpoint;
        this.incarnations = incarnations;
        this.seal = seal;
        properties.putAll(endpoint.getConfiguration().createConsumerProperties());
        endpoint.updateClassProperties(properties);
        String brokers = endpoint.getKafkaClientFactory().getBrokers(endpoint.getConfiguration());
        if (brokers != null) {
            properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        }
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        // It reads what is there; a fetch that waits for more would hold up the next partition, and the end.
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10");
        this.consumer = new KafkaConsumer<>(properties);
        this.admin = Admin.create(AdminConfiguration.of(properties));
    }

    /**
     * All partitions of the endpoint's topics, in order.
     *
     * @param group whose offsets are asked for; null for nobody's
     * @throws HeadgateException if there is no such topic, or the brokers do not answer
     */
    public List<Partition> partitions(@Nullable String group) {
        return asked(() -> {
            Collection<TopicDescription> topics =
                    admin.describeTopics(topics()).allTopicNames().get().values();
            List<TopicPartition> all = topics.stream()
                    .flatMap(topic -> topic.partitions().stream()
                            .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                    .toList();
            Map<TopicPartition, OffsetAndMetadata> committed = group == null
                    ? Map.of()
                    : admin.listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get();
            Map<TopicPartition, Long> starts = offsets(all, OffsetSpec.earliest(), isolation());
            Map<TopicPartition, Long> ends = offsets(all, OffsetSpec.latest(), isolation());
            Map<TopicPartition, Long> last = offsets(all, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
            Map<String, Boolean> compacted = compacted(topics);
            List<Partition> partitions = new ArrayList<>();
            for (TopicDescription topic : topics) {
                String token = token(topic);
                OptionalInt incarnation = incarnations.apply("kafka:" + topic.name(), token);
                topic.partitions().forEach(info -> {
                    TopicPartition partition = new TopicPartition(topic.name(), info.partition());
                    long end = ends.getOrDefault(partition, 0L);
                    partitions.add(new Partition(
                            topic.name(),
                            info.partition(),
                            incarnation,
                            starts.getOrDefault(partition, 0L),
                            end,
                            Math.max(0, last.getOrDefault(partition, end) - end),
                            Beginnings.offset(committed.get(partition), token),
                            compacted.getOrDefault(topic.name(), false)));
                });
            }
            return partitions;
        });
    }

    /**
     * The same partitions, as they were, once the transactions have ended that were open in them: all up to where they ended
     * then can be read, but for what a transaction that lasts for longer hides.
     *
     * @throws HeadgateException if the brokers do not answer
     */
    public List<Partition> settled(List<Partition> partitions, Duration atMost) {
        List<TopicPartition> all =
                partitions.stream().map(Partition::topicPartition).toList();
        long began = System.nanoTime();
        return asked(() -> {
            while (true) {
                Map<TopicPartition, Long> ends = offsets(all, OffsetSpec.latest(), isolation());
                List<Partition> now = partitions.stream()
                        .map(partition -> partition.readableTo(ends.getOrDefault(partition.topicPartition(), 0L)))
                        .toList();
                if (now.stream().allMatch(partition -> partition.unreadable == 0)
                        || System.nanoTime() - began >= atMost.toNanos()) {
                    return now;
                }
                Thread.sleep(POLL.toMillis());
            }
        });
    }

    /** Whether a consumer of the group is alive, or was a session ago. */
    public boolean isRead(String group) {
        return asked(() -> {
            try {
                return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                        .anyMatch(described -> !described.members().isEmpty());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof GroupIdNotFoundException) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** The first offset whose record has this time or a later one; the end if there is none. */
    public long offsetAt(Partition partition, Instant time) {
        return asked(() -> {
            var found = consumer.offsetsForTimes(Map.of(partition.topicPartition(), time.toEpochMilli()), PATIENCE)
                    .get(partition.topicPartition());
            return found == null ? partition.end : Math.min(found.offset(), partition.end);
        });
    }

    /**
     * Hands over the records of a range, in order.
     *
     * @param from not below the partition's start
     * @param end exclusive, not behind the partition's end
     * @param route the id of the route that the exchanges are of
     * @throws HeadgateException if the brokers do not bring them, for 30 s
     */
    public void read(Partition partition, long from, long end, String route, Reader reader) {
        if (from >= end) {
            return;
        }
        TopicPartition wanted = partition.topicPartition();
        asked(() -> {
            consumer.assign(List.of(wanted));
            consumer.seek(wanted, from);
            long patient = System.nanoTime() + PATIENCE.toNanos();
            long at = from;
            while (at < end) {
                for (ConsumerRecord<Object, Object> record : consumer.poll(POLL).records(wanted)) {
                    if (record.offset() < end) {
                        reader.read(
                                record.offset(),
                                Instant.ofEpochMilli(record.timestamp()),
                                records.exchange(record, partition, route));
                    }
                }
                long now = consumer.position(wanted, PATIENCE);
                if (now > at) {
                    at = now;
                    patient = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > patient) {
                    throw new HeadgateException("%s cannot be read to offset %d: it stands at %d for %d s."
                            .formatted(wanted, end, at, PATIENCE.toSeconds()));
                }
            }
            return end;
        });
    }

    @Override
    public void close() {
        consumer.close();
        admin.close(Duration.ZERO);
    }

    private List<String> topics() {
        KafkaConfiguration reads = endpoint.getConfiguration();
        if (!reads.isTopicIsPattern()) {
            return List.of(reads.getTopic().split(",", -1));
        }
        return consumer.listTopics(PATIENCE).keySet().stream()
                .filter(topic -> topic.matches(reads.getTopic()))
                .sorted()
                .toList();
    }

    private IsolationLevel isolation() {
        return "read_committed".equals(properties.get(ConsumerConfig.ISOLATION_LEVEL_CONFIG))
                ? IsolationLevel.READ_COMMITTED
                : IsolationLevel.READ_UNCOMMITTED;
    }

    private String token(TopicDescription topic) throws ExecutionException, InterruptedException {
        return topic.topicId().equals(Uuid.ZERO_UUID)
                ? "cluster " + admin.describeCluster().clusterId().get()
                : topic.topicId().toString();
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> all, OffsetSpec which, IsolationLevel isolation)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listOffsets(
                        all.stream().collect(Collectors.toMap(Function.identity(), partition -> which)),
                        new ListOffsetsOptions(isolation))
                .all()
                .get()
                .forEach((partition, answer) -> offsets.put(partition, answer.offset()));
        return offsets;
    }

    private Map<String, Boolean> compacted(Collection<TopicDescription> topics)
            throws ExecutionException, InterruptedException {
        Map<String, Boolean> compacted = new HashMap<>();
        admin.describeConfigs(topics.stream()
                        .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                        .toList())
                .all()
                .get()
                .forEach((topic, config) -> compacted.put(
                        topic.name(),
                        String.valueOf(config.get(TopicConfig.CLEANUP_POLICY_CONFIG)
                                        .value())
                                .contains(TopicConfig.CLEANUP_POLICY_COMPACT)));
        return compacted;
    }

    private interface Question<T> {
        T ask() throws ExecutionException, InterruptedException;
    }

    private <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeadgateException(
                    "Interrupted while reading " + endpoint.getConfiguration().getTopic(), e);
        } catch (ExecutionException e) {
            throw failed(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    private HeadgateException failed(Throwable cause) {
        String where = endpoint.getConfiguration().getTopic() + " at "
                + properties.getOrDefault(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, UNKNOWN);
        return cause instanceof UnknownTopicOrPartitionException
                ? new HeadgateException("There is no topic %s: check its name and the brokers.".formatted(where), cause)
                : new HeadgateException("The topic %s cannot be read: %s".formatted(where, cause.getMessage()), cause);
    }

    /** As Camel's consumer makes exchanges of records, and {@link AcknowledgingCommitFactory} what it has made. */
    private final class Records extends KafkaRecordProcessor {

        Exchange exchange(ConsumerRecord<Object, Object> record, Partition partition, String route) {
            Exchange exchange = DefaultExchange.newFromEndpoint(endpoint);
            exchange.getExchangeExtension().setFromRouteId(route);
            setupExchangeMessage(exchange.getMessage(), record);
            propagateHeaders(endpoint.getConfiguration(), record, exchange);
            exchange.getMessage().removeHeader(KafkaConstants.HEADERS);
            UnusualRecord.keep(exchange.getMessage(), record.headers());
            new SourcePosition.Kafka(
                            record.topic(), partition.incarnation.orElse(0), record.partition(), record.offset())
                    .enter(exchange, new SynchronizationAdapter());
            seal.recognise(exchange);
            return exchange;
        }
    }
}
