package dev.headgate.chaos;

import static java.util.Map.entry;

import dev.headgate.demo.Pace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Two producers and their trouble, on a thread of its own from {@link #start} to {@link #stop}. They never give up on a
 * message: each is in the topic once for each time that it was sent. The other methods may be called by any thread.
 */
final class Traffic implements AutoCloseable {

    private static final long TICK_MILLIS = 2;
    private static final long LONGEST_STOP_SECONDS = 180;
    private static final int POISON_EVERY = 20;
    private static final int BURST = 5;
    private static final int REORDERED = 100;

    /** What producers do besides. */
    enum Trouble {
        POISON,
        DUPLICATES,
        REORDERING,
        BURST
    }

    private final String topic;
    private final Messages messages;
    private final SentLog log;
    private final int perSecond;
    private final Pace pace;
    private final Random random;
    private final KafkaProducer<String, byte[]> first;
    private final KafkaProducer<String, byte[]> second;
    private final Set<Trouble> trouble = Collections.synchronizedSet(EnumSet.noneOf(Trouble.class));
    private final ReentrantLock sending = new ReentrantLock(true);
    private final List<Message> mixed = new ArrayList<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "chaos-traffic");
    private volatile boolean stopping;
    private long made;

    Traffic(String bootstrapServers, String topic, Messages messages, SentLog log, int perSecond, long seed) {
        this.topic = topic;
        this.messages = messages;
        this.log = log;
        this.perSecond = perSecond;
        this.pace = new Pace(perSecond);
        this.random = new Random(seed);
        this.first = producer(bootstrapServers);
        this.second = producer(bootstrapServers);
        thread.setDaemon(true);
    }

    private static KafkaProducer<String, byte[]> producer(String bootstrapServers) {
        return new KafkaProducer<>(
                Map.ofEntries(
                        entry("bootstrap.servers", bootstrapServers),
                        entry("acks", "all"),
                        entry("enable.idempotence", true),
                        entry("linger.ms", 5),
                        entry("metadata.max.age.ms", 1_000),
                        // A broker that is away is one of the faults.
                        entry("max.block.ms", 600_000),
                        entry("delivery.timeout.ms", 600_000)),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    void start() {
        thread.start();
    }

    void begin(Trouble what) {
        trouble.add(what);
        rate();
    }

    void end(Trouble what) {
        trouble.remove(what);
        rate();
    }

    private void rate() {
        pace.perSecond(trouble.contains(Trouble.BURST) ? BURST * perSecond : perSecond);
    }

    /** Returns when all that was sent is in the topic; nothing is sent until {@link #goOn}, by the same thread. */
    void pause() {
        sending.lock();
        first.flush();
        second.flush();
    }

    void goOn() {
        sending.unlock();
    }

    /** How many messages the broker has taken. */
    long sent() {
        return log.count();
    }

    /**
     * Makes no more messages, and returns when all that were made are in the topic.
     *
     * @throws IllegalStateException if one is not, so that nobody knows what to expect
     */
    void stop() throws InterruptedException {
        stopping = true;
        thread.join(TimeUnit.SECONDS.toMillis(LONGEST_STOP_SECONDS));
        Exception cause = failure.get();
        if (cause != null || thread.isAlive()) {
            throw new IllegalStateException("Not all messages were taken by topic " + topic, cause);
        }
    }

    private void run() {
        try {
            while (!stopping) {
                int due = pace.due(System.nanoTime());
                sending.lock();
                try {
                    for (int left = due; left > 0; left--) {
                        make();
                    }
                } finally {
                    sending.unlock();
                }
                Thread.sleep(TICK_MILLIS);
            }
            sendMixed();
            first.flush();
            second.flush();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException unexpected) {
            failure.compareAndSet(null, unexpected);
        }
    }

    private void make() {
        made++;
        Message message =
                made % POISON_EVERY == 0 && trouble.contains(Trouble.POISON) ? messages.poison() : messages.next();
        if (trouble.contains(Trouble.REORDERING)) {
            mixed.add(message);
            if (mixed.size() >= REORDERED) {
                sendMixed();
            }
        } else {
            sendMixed();
            send(message);
        }
    }

    private void sendMixed() {
        if (!mixed.isEmpty()) {
            Collections.shuffle(mixed, random);
            mixed.forEach(this::send);
            mixed.clear();
        }
    }

    private void send(Message message) {
        send(first, message);
        // What is refused is a dead letter for each time it comes.
        if (!message.poison() && trouble.contains(Trouble.DUPLICATES)) {
            send(second, message);
        }
    }

    private void send(KafkaProducer<String, byte[]> producer, Message message) {
        ProducerRecord<String, byte[]> sent = new ProducerRecord<>(topic, message.key(), message.payload());
        message.headers().forEach((name, value) -> sent.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        sent.headers().add("message-id", message.id().getBytes(StandardCharsets.UTF_8));
        var unused = producer.send(sent, (metadata, problem) -> {
            if (problem == null) {
                log.sent(message, metadata.partition(), metadata.offset());
            } else {
                failure.compareAndSet(null, problem);
            }
        });
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        first.close(java.time.Duration.ofSeconds(5));
        second.close(java.time.Duration.ofSeconds(5));
    }
}
