package dev.headgate.demo;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Tells for each order how long it took from being sent to the commit of its batch.
 *
 * <p>Remembers when the last so many valid orders were sent; what takes longer than that is not told. Thread-safe.
 */
final class Commits implements Freshness, BatchListener {
    private final Cache<String, Long> sentNanos;
    private final Consumer<Duration> latency;

    /**
     * @param remembered how many orders that are not written are remembered
     * @param latency told how long each took, on the threads that write
     */
    Commits(int remembered, Consumer<Duration> latency) {
        this.sentNanos = Caffeine.newBuilder().maximumSize(remembered).build();
        this.latency = latency;
    }

    @Override
    public void sending(OrderMessage message) {
        if (message.isValid()) {
            sentNanos.put(message.messageId(), System.nanoTime());
        }
    }

    @Override
    public void written(Batch batch, Duration took) {
        long now = System.nanoTime();
        batch.freshMessages().forEach(message -> {
            Long sent = sentNanos.asMap().remove(message.idempotencyKey());
            if (sent != null) {
                latency.accept(Duration.ofNanos(now - sent));
            }
        });
    }

    @Override
    public void close() {
        // watches nothing by itself
    }
}
