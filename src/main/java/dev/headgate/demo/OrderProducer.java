package dev.headgate.demo;

import static java.util.Map.entry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends generated orders to a topic at a rate, each acknowledged by all replicas and written once.
 *
 * <p>Runs on a thread of its own from {@link #start} to {@link #stop}. When Kafka is slower than the rate, at most one
 * second's worth is made up for later.
 */
public final class OrderProducer implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(2);
    private static final Duration STOP_WAIT = Duration.ofMinutes(3);

    private final KafkaProducer<String, byte[]> kafka;
    private final String topic;
    private final OrderGenerator generator;
    private final Pace pace;
    private final Consumer<OrderMessage> sending;
    private final Thread thread = new Thread(this::run, "order-producer");
    private final LongAdder acknowledged = new LongAdder();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;

    /** @param sending told of each message just before it is sent, on the producer's thread */
    public OrderProducer(
            String bootstrapServers,
            String topic,
            OrderGenerator generator,
            int perSecond,
            Consumer<OrderMessage> sending) {
        this.kafka = new KafkaProducer<>(
                Map.ofEntries(
                        entry("bootstrap.servers", bootstrapServers),
                        entry("acks", "all"),
                        entry("enable.idempotence", true),
                        entry("linger.ms", 5),
                        entry("batch.size", 128 * 1024)),
                new StringSerializer(),
                new ByteArraySerializer());
        this.topic = topic;
        this.generator = generator;
        this.pace = new Pace(perSecond);
        this.sending = sending;
    }

    public OrderProducer start() {
        thread.start();
        return this;
    }

    /** Goes on at another rate. */
    public void rate(int perSecond) {
        pace.perSecond(perSecond);
    }

    /** Messages that Kafka has acknowledged so far. */
    public long acknowledged() {
        return acknowledged.sum();
    }

    /**
     * Makes no more messages and returns when all that were made are acknowledged.
     *
     * @return how many of each kind are in the topic
     * @throws IllegalStateException if a message was not acknowledged, so that nobody knows whether it is there
     */
    public Totals stop() {
        stopping = true;
        try {
            thread.join(STOP_WAIT.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the order producer was stopping", interrupted);
        }
        Throwable cause = failure.get();
        if (cause != null || thread.isAlive()) {
            throw new IllegalStateException("Not all orders were acknowledged by topic " + topic, cause);
        }
        return generator.totals();
    }

    /** Stops without asking how it went. */
    @Override
    public void close() {
        stopping = true;
        kafka.close(Duration.ofSeconds(10));
    }

    private void run() {
        try {
            produce();
            kafka.flush();
        } catch (RuntimeException unexpected) {
            failure.compareAndSet(null, unexpected);
        }
    }

    private void produce() {
        while (!stopping && failure.get() == null) {
            for (int left = pace.due(System.nanoTime()); left > 0 && !stopping; left--) {
                send(generator.next());
            }
            LockSupport.parkNanos(TICK.toNanos());
        }
    }

    private void send(OrderMessage message) {
        sending.accept(message);
        var unused = kafka.send(toRecord(topic, message), (metadata, problem) -> {
            if (problem == null) {
                acknowledged.increment();
            } else {
                failure.compareAndSet(null, problem);
            }
        });
    }

    /** The Kafka record of a message: its key, its bytes, and its headers as UTF-8. */
    public static ProducerRecord<String, byte[]> toRecord(String topic, OrderMessage message) {
        var kafkaRecord = new ProducerRecord<>(topic, message.key(), message.bytes());
        kafkaRecord.headers().add("message-id", message.messageId().getBytes(StandardCharsets.UTF_8));
        String channel = message.channel();
        if (channel != null) {
            kafkaRecord.headers().add("channel", channel.getBytes(StandardCharsets.UTF_8));
        }
        return kafkaRecord;
    }
}
