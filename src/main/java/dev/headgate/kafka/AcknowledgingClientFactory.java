package dev.headgate.kafka;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.message.MessageLimit;
import dev.headgate.position.PositionKeeper;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.AppInfoParser;

/** Gives Camel's Kafka component consumers that commit what was acknowledged and obey the inflight limit. */
public final class AcknowledgingClientFactory extends DefaultKafkaClientFactory {

    private static final String INSTANCE = ConsumerConfig.GROUP_INSTANCE_ID_CONFIG;
    private static final String GROUP = ConsumerConfig.GROUP_ID_CONFIG;

    private final InflightLimit limit;
    private final MessageLimit messageLimit;
    private final Duration commitInterval;
    private final Duration revokeTimeout;
    private final ConsumerListener listener;
    private final TopicLives lives;
    private final PositionKeeper positions;
    private final boolean stopOnMissing;
    private final MissingRecords missing = new MissingRecords();
    private final Fencing fencing = new Fencing();
    private final Set<AcknowledgingConsumer> consumers =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /**
     * @param limit the limit shared by all consumers of the process
     * @param messageLimit how large a message may be
     * @param commitInterval how often acknowledged offsets are committed
     * @param revokeTimeout how long a consumer that loses partitions waits for their messages; keep it well below
     *     {@code max.poll.interval.ms}
     * @param stopOnMissing whether a consumer stops where records are missing that the brokers have deleted, instead of
     *     going on behind them
     * @param numbering the number of a source's present life, by the source's name and what its server calls that life;
     *     it may block, and throw while the database is away; asked once for each topic that is read
     * @param positions where partitions are read, and how far they are applied
     * @throws dev.headgate.ConfigurationException if Kafka's client is too old
     */
    public AcknowledgingClientFactory(
            InflightLimit limit,
            MessageLimit messageLimit,
            Duration commitInterval,
            Duration revokeTimeout,
            boolean stopOnMissing,
            ConsumerListener listener,
            ToIntBiFunction<String, String> numbering,
            PositionKeeper positions) {
        ClientVersion.check(AppInfoParser.getVersion());
        this.limit = limit;
        this.messageLimit = messageLimit;
        this.commitInterval = commitInterval;
        this.revokeTimeout = revokeTimeout;
        this.stopOnMissing = stopOnMissing;
        this.listener = listener;
        this.lives = new TopicLives(numbering);
        this.positions = positions;
    }

    @Override
    @SuppressWarnings("rawtypes") // the signature is Camel's
    public synchronized Consumer getConsumer(Properties properties) {
        Properties own = new Properties();
        own.putAll(properties);
        numberMember(own);
        AcknowledgingConsumer consumer = new AcknowledgingConsumer(
                own,
                limit,
                commitInterval,
                revokeTimeout,
                stopOnMissing,
                listener,
                lives,
                missing,
                fencing,
                positions,
                new PolledBytes(messageLimit, own));
        consumers.add(consumer);
        listener.opened(consumer);
        return consumer;
    }

    /** Records of a partition that the brokers had deleted before the group read them, since this process started. */
    public record Missing(String group, TopicPartition partition, long records) {}

    /** Partitions that one consumer has, and the properties it was made with. */
    public record Assignment(Set<TopicPartition> partitions, Properties consumer) {}

    /** The topics by name that a consumer is to read, and the properties it was made with. */
    public record Subscription(Set<String> topics, Properties consumer) {}

    /** What each consumer that is not closed is to read. */
    public List<Subscription> subscriptions() {
        return reports()
                .map(report -> new Subscription(report.topics(), report.properties()))
                .toList();
    }

    /** What was missing of each partition that this process has had: zero where nothing was. */
    public List<Missing> missing() {
        return missing.all();
    }

    /** Why consumers do not bring what they should, each in a line: empty if all do, and there is one. */
    public List<String> troubles() {
        List<ConsumerReport> open = reports().toList();
        return open.isEmpty()
                ? List.of("there is no consumer")
                : Stream.concat(
                                open.stream().flatMap(report -> report.troubles().stream()),
                                fencing.troubles().stream())
                        .toList();
    }

    /** What the consumers have at present. */
    public List<Assignment> assignments() {
        return reports()
                .map(report -> new Assignment(report.assigned(), report.properties()))
                .filter(assignment -> !assignment.partitions.isEmpty())
                .toList();
    }

    /**
     * Breaks off, on the threads of all consumers, steps that have kept a record for so long. It is not acknowledged, and
     * so delivered again; it is not refused either.
     */
    public void breakOff(Duration longerThan) {
        List.copyOf(consumers).forEach(consumer -> consumer.breakOff(longerThan));
    }

    /**
     * Members of a group that have one {@code group.instance.id} fence each other: so each consumer gets a number behind it,
     * the smallest that no open one has, which after a reconnect is its old one.
     */
    private void numberMember(Properties consumer) {
        Object instance = consumer.get(INSTANCE);
        if (instance == null) {
            return;
        }
        Set<Object> taken = reports()
                .map(ConsumerReport::properties)
                .filter(open -> Objects.equals(open.get(GROUP), consumer.get(GROUP)))
                .map(open -> open.get(INSTANCE))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        int number = 0;
        while (taken.contains(instance + "-" + number)) {
            number++;
        }
        consumer.put(INSTANCE, instance + "-" + number);
    }

    private Stream<ConsumerReport> reports() {
        return List.copyOf(consumers).stream()
                .map(AcknowledgingConsumer::report)
                .filter(ConsumerReport::isOpen);
    }
}
