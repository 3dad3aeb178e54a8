package dev.headgate.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.headgate.devservices.DevClients;
import dev.headgate.failure.RejectedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Watches the target topic and tells for each order how long it took from being sent to arriving there.
 *
 * <p>Remembers when the last so many valid orders were sent; what takes longer than that is not told. Thread-safe.
 */
public final class Arrivals implements Freshness {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Version(String orderId, int number) {}

    private final Cache<Version, Long> sentNanos;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Consumer<Duration> latency;
    private final UnaryOperator<byte[]> json;
    private final Thread thread = new Thread(this::watch, "arrivals");

    /**
     * @param remembered how many orders that have not arrived are remembered
     * @param latency told how long each took, on this watch's thread
     */
    public Arrivals(String bootstrapServers, String topic, int remembered, Consumer<Duration> latency) {
        this(bootstrapServers, topic, remembered, latency, UnaryOperator.identity());
    }

    /** @param json makes that of a payload */
    Arrivals(
            String bootstrapServers,
            String topic,
            int remembered,
            Consumer<Duration> latency,
            UnaryOperator<byte[]> json) {
        this.json = json;
        this.sentNanos = Caffeine.newBuilder().maximumSize(remembered).build();
        this.latency = latency;
        this.consumer = DevClients.consumer(bootstrapServers, Map.of("group.id", "headgate-demo-arrivals"));
        consumer.subscribe(List.of(topic));
    }

    public Arrivals start() {
        thread.start();
        return this;
    }

    @Override
    public void sending(OrderMessage message) {
        if (message.isValid()) {
            sentNanos.put(new Version(message.key(), message.version()), System.nanoTime());
        }
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        try (consumer) {
            while (true) {
                consumer.poll(POLL).forEach(this::arrived);
            }
        } catch (WakeupException closed) {
            // asked to stop
        }
    }

    private void arrived(ConsumerRecord<byte[], byte[]> relayed) {
        var version = new Version(
                relayed.key() == null ? "" : new String(relayed.key(), StandardCharsets.UTF_8),
                version(relayed.value()));
        Long sent = sentNanos.asMap().remove(version);
        if (sent != null) {
            latency.accept(Duration.ofNanos(System.nanoTime() - sent));
        }
    }

    private int version(byte[] payload) {
        try {
            return JSON.readTree(json.apply(payload)).path("version").asInt();
        } catch (IOException | RejectedException notJson) {
            return 0;
        }
    }
}
