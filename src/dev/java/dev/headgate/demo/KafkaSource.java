package dev.headgate.demo;

import dev.headgate.devservices.DevClients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A topic that exists, and the consumer group that Headgate reads it with; each message is written once, to all replicas. */
public final class KafkaSource implements Source {
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private final String bootstrapServers;
    private final String topic;
    private final String group;
    private final KafkaProducer<String, byte[]> producer;
    private final Admin admin;
    private final List<TopicPartition> partitions;
    private final LongAdder acknowledged = new LongAdder();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    public KafkaSource(String bootstrapServers, String topic, String group) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.group = group;
        this.producer = DevClients.producer(bootstrapServers, Map.of());
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
        this.partitions = producer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    @Override
    public void send(OrderMessage message) {
        requireNoFailure();
        var unused = producer.send(toRecord(message), (metadata, problem) -> {
            if (problem == null) {
                acknowledged.increment();
            } else {
                failure.compareAndSet(null, problem);
            }
        });
    }

    @Override
    public void flush() {
        producer.flush();
        requireNoFailure();
    }

    @Override
    public long acknowledged() {
        return acknowledged.sum();
    }

    @Override
    public long backlog() {
        Map<TopicPartition, OffsetAndMetadata> committed =
                ask(admin -> admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        return ends().entrySet().stream()
                .mapToLong(end -> end.getValue() - offset(committed.get(end.getKey())))
                .sum();
    }

    @Override
    public long received() {
        return ends().values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String address() {
        return "Kafka       " + bootstrapServers + "  topic " + topic;
    }

    @Override
    public void close() {
        producer.close(CLOSE_WAIT);
        admin.close(CLOSE_WAIT);
    }

    private Map<TopicPartition, Long> ends() {
        return ask(admin -> admin.listOffsets(partitions.stream()
                                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest())))
                        .all())
                .entrySet()
                .stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    private <T> T ask(Function<Admin, org.apache.kafka.common.KafkaFuture<T>> question) {
        try {
            return question.apply(admin).get();
        } catch (ExecutionException problem) {
            throw new IllegalStateException("The offsets of topic " + topic + " cannot be read", problem.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while reading the offsets of topic " + topic, interrupted);
        }
    }

    private void requireNoFailure() {
        Exception problem = failure.get();
        if (problem != null) {
            throw new IllegalStateException("Not all orders were acknowledged by topic " + topic, problem);
        }
    }

    /** Its key, its bytes, and its headers as UTF-8. */
    private ProducerRecord<String, byte[]> toRecord(OrderMessage message) {
        var kafkaRecord = new ProducerRecord<>(topic, message.key(), message.bytes());
        kafkaRecord.headers().add("message-id", message.messageId().getBytes(StandardCharsets.UTF_8));
        String channel = message.channel();
        if (channel != null) {
            kafkaRecord.headers().add("channel", channel.getBytes(StandardCharsets.UTF_8));
        }
        return kafkaRecord;
    }

    private static long offset(@Nullable OffsetAndMetadata committed) {
        return committed == null ? 0 : committed.offset();
    }
}
