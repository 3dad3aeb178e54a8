package dev.headgate.chaos;

import dev.headgate.devservices.DevKafkaCluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The topic that the pipeline reads, and what its group has acknowledged of it. Thread-safe. */
final class SourceTopic implements Source {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long BETWEEN_MILLIS = 100;

    private final DevKafkaCluster kafka;
    private final String name;
    private final Admin admin;
    private volatile int partitions;
    private volatile @Nullable String group;
    /** How many messages earlier topics of this name had. */
    private volatile long gone;

    SourceTopic(DevKafkaCluster kafka, String name, int partitions) {
        this.kafka = kafka;
        this.name = name;
        this.partitions = partitions;
        kafka.createTopic(name, partitions, Map.of());
        this.admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @Override
    public Sender sender(SentLog log, Consumer<Exception> failure) {
        return new TopicSender(kafka.bootstrapServers(), name, log, failure);
    }

    /** Returns when it can be written to. */
    void addPartition() throws InterruptedException {
        int more = partitions + 1;
        ask(
                () -> admin.createPartitions(Map.of(name, NewPartitions.increaseTo(more)))
                        .all(),
                InvalidPartitionsException.class);
        partitions = more;
        ends();
    }

    /**
     * Waits until all is acknowledged, which must not become more meanwhile; then deletes the topic, and makes another one of
     * its name. Returns when it can be written to.
     *
     * @return whether it was; not if something stays unacknowledged
     */
    boolean makeAgain() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (backlog() > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(BETWEEN_MILLIS);
        }
        gone = received();
        ask(() -> admin.deleteTopics(List.of(name)).all(), UnknownTopicOrPartitionException.class);
        // Until the old one is gone, that it exists is no answer.
        while (ask(() -> admin.listTopics().names()).contains(name)) {
            Thread.sleep(BETWEEN_MILLIS);
        }
        ask(
                () -> admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
                        .all(),
                TopicExistsException.class);
        ends();
        return true;
    }

    @Override
    public long received() throws InterruptedException {
        return gone + ends().values().stream().mapToLong(Long::longValue).sum();
    }

    /** What is acknowledged is not to be read by anybody again. */
    void deleteAcknowledged() throws InterruptedException {
        Map<TopicPartition, RecordsToDelete> deleted = committed().entrySet().stream()
                .collect(
                        Collectors.toMap(Map.Entry::getKey, offset -> RecordsToDelete.beforeOffset(offset.getValue())));
        ask(() -> admin.deleteRecords(deleted).all());
    }

    /** Where each partition ends, once its leader answers. */
    Map<TopicPartition, Long> ends() throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = IntStream.range(0, partitions)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(name, partition), partition -> OffsetSpec.latest()));
        return ask(() -> admin.listOffsets(asked).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    /** How far each partition is acknowledged; without those that nothing is of. */
    Map<TopicPartition, Long> committed() throws InterruptedException {
        Map<TopicPartition, Long> committed = new HashMap<>();
        String known = group();
        if (known != null) {
            ask(() -> admin.listConsumerGroupOffsets(known).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> {
                        if (offset != null && partition.topic().equals(name)) {
                            committed.put(partition, offset.offset());
                        }
                    });
        }
        return committed;
    }

    /** The brokers are the run's own, and the pipeline's group the only one; null before it is there. */
    private @Nullable String group() throws InterruptedException {
        if (group == null) {
            group = ask(() -> admin.listGroups().all()).stream()
                    .map(GroupListing::groupId)
                    .findFirst()
                    .orElse(null);
        }
        return group;
    }

    @Override
    public long acknowledged() throws InterruptedException {
        return committed().values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public long backlog() throws InterruptedException {
        Map<TopicPartition, Long> committed = committed();
        return ends().entrySet().stream()
                .mapToLong(end -> {
                    long acknowledged = committed.getOrDefault(end.getKey(), 0L);
                    // Beyond the end, it is of a topic that was deleted.
                    return end.getValue() - (acknowledged > end.getValue() ? 0 : acknowledged);
                })
                .sum();
    }

    /** All has moved when more of each partition is acknowledged than was, if there was more of it. */
    @Override
    public Waiting waiting() throws InterruptedException {
        Map<TopicPartition, Long> ends = ends();
        Map<TopicPartition, Long> before = committed();
        return () -> {
            Map<TopicPartition, Long> now = committed();
            return ends.entrySet().stream()
                    .filter(end -> {
                        long was = before.getOrDefault(end.getKey(), 0L);
                        return was < end.getValue() && now.getOrDefault(end.getKey(), 0L) <= was;
                    })
                    .map(end -> "%s at %d of %d"
                            .formatted(end.getKey(), before.getOrDefault(end.getKey(), 0L), end.getValue()))
                    .sorted()
                    .toList();
        };
    }

    private static <T> T ask(Supplier<KafkaFuture<T>> question) throws InterruptedException {
        return ask(question, CancellationException.class);
    }

    /**
     * Tries again while the broker is away.
     *
     * @param done what a change is answered with that was made before, its answer being lost; it gives null
     */
    @SuppressWarnings("NullAway") // those that change something give nothing
    private static <T> T ask(Supplier<KafkaFuture<T>> question, Class<? extends Exception> done)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return question.get().get();
            } catch (ExecutionException failure) {
                if (done.isInstance(failure.getCause())) {
                    return null;
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("The embedded Kafka does not answer", failure.getCause());
                }
                Thread.sleep(BETWEEN_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
