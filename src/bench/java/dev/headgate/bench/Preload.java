package dev.headgate.bench;

import static java.util.Map.entry;

import dev.headgate.demo.OrderGenerator;
import dev.headgate.demo.OrderProducer;
import dev.headgate.demo.Trouble;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Fills a topic with valid orders of about 260 bytes, each of another order, as fast as the broker takes them. */
final class Preload {
    private static final long SEED = 1;

    private Preload() {}

    /** Returns when all messages are acknowledged. */
    static void run(String bootstrapServers, String topic, long messages) {
        var generator = new OrderGenerator(SEED, Trouble.NONE);
        var failure = new AtomicReference<Exception>();
        try (var kafka = new KafkaProducer<>(
                Map.<String, Object>ofEntries(
                        entry("bootstrap.servers", bootstrapServers),
                        entry("acks", "all"),
                        entry("linger.ms", 20),
                        entry("batch.size", 512 * 1024),
                        entry("buffer.memory", 64L * 1024 * 1024)),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (long sent = 0; sent < messages && failure.get() == null; sent++) {
                var unused = kafka.send(
                        OrderProducer.toRecord(topic, generator.next()),
                        (metadata, problem) -> failure.compareAndSet(null, problem));
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("Topic " + topic + " could not be filled", failure.get());
        }
    }
}
