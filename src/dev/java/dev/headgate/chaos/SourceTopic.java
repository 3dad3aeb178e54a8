package dev.headgate.chaos;

import dev.headgate.devservices.DevKafka;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** The topic that the pipeline reads, and what its group has acknowledged of it. Thread-safe. */
final class SourceTopic implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long BETWEEN_MILLIS = 100;

    private final String name;
    private final Admin admin;
    private volatile int partitions;

    SourceTopic(DevKafka kafka, String name, int partitions) {
        this.name = name;
        this.partitions = partitions;
        kafka.createTopic(name, partitions, Map.of());
        this.admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    String name() {
        return name;
    }

    /** Returns when it can be written to. */
    void addPartition() throws InterruptedException {
        int more = partitions + 1;
        ask(() -> admin.createPartitions(Map.of(name, NewPartitions.increaseTo(more))).all());
        partitions = more;
        ends();
    }

    /** What is acknowledged is not to be read by anybody again. */
    void deleteAcknowledged() throws InterruptedException {
        Map<TopicPartition, RecordsToDelete> deleted = committed().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, offset -> RecordsToDelete.beforeOffset(offset.getValue())));
        ask(() -> admin.deleteRecords(deleted).all());
    }

    /** Where each partition ends, once its leader answers. */
    Map<TopicPartition, Long> ends() throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = IntStream.range(0, partitions)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(name, partition), partition -> OffsetSpec.latest()));
        return ask(() -> admin.listOffsets(asked).all()).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }

    /** How far each partition is acknowledged; without those that nothing is of. */
    Map<TopicPartition, Long> committed() throws InterruptedException {
        Map<TopicPartition, Long> committed = new HashMap<>();
        // The broker is the run's own, and the pipeline's group the only one.
        Optional<String> group = groups().stream().map(GroupListing::groupId).findFirst();
        if (group.isPresent()) {
            ask(() -> admin.listConsumerGroupOffsets(group.get()).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> {
                        if (offset != null && partition.topic().equals(name)) {
                            committed.put(partition, offset.offset());
                        }
                    });
        }
        return committed;
    }

    private Collection<GroupListing> groups() throws InterruptedException {
        return ask(() -> admin.listGroups().all());
    }

    /** How many messages are not acknowledged. */
    long backlog() throws InterruptedException {
        Map<TopicPartition, Long> committed = committed();
        return ends().entrySet().stream()
                .mapToLong(end -> end.getValue() - committed.getOrDefault(end.getKey(), 0L))
                .sum();
    }

    /** Tries again while the broker is away. */
    private static <T> T ask(java.util.function.Supplier<KafkaFuture<T>> question) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return question.get().get();
            } catch (ExecutionException failure) {
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
