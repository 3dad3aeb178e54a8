package dev.headgate.demo;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** How many messages of a topic a consumer group has not acknowledged yet. */
public final class SourceLag implements AutoCloseable {
    private final Admin admin;
    private final String topic;
    private final String group;
    private final int partitions;

    public SourceLag(String bootstrapServers, String topic, String group, int partitions) {
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
        this.topic = topic;
        this.group = group;
        this.partitions = partitions;
    }

    /** The sum of all partitions, as the broker knows it now. */
    public long messages() {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return admin
                    .listOffsets(IntStream.range(0, partitions)
                            .mapToObj(partition -> new TopicPartition(topic, partition))
                            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                    .all()
                    .get()
                    .entrySet()
                    .stream()
                    .mapToLong(end -> end.getValue().offset() - offset(committed.get(end.getKey())))
                    .sum();
        } catch (ExecutionException failure) {
            throw new IllegalStateException("The lag of group " + group + " cannot be read", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while reading the lag of group " + group, interrupted);
        }
    }

    @Override
    public void close() {
        admin.close();
    }

    private static long offset(@Nullable OffsetAndMetadata committed) {
        return committed == null ? 0 : committed.offset();
    }
}
