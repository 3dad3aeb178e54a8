package dev.headgate.bench;

import static java.util.Map.entry;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What Headgate is measured against: a consumer loop as one writes it by hand, with the same statements.
 *
 * <p>Each writer is a thread with a consumer and a connection of its own. It validates what it polls, collects up to
 * the batch size, stores that in one transaction and commits the offsets. It knows no outages, dead letters or order
 * across a rebalance.
 */
final class PlainLoop {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LINGER = Duration.ofMillis(200);

    private final String bootstrapServers;
    private final String topic;
    private final DataSource dataSource;
    private final List<SqlFile> statements;
    private final Consumer<byte[]> validator;
    private final int batchSize;
    private final IntConsumer committed;

    /**
     * @param validator called with each value; throws if it is invalid, which ends the loop
     * @param committed told how many messages a transaction stored, right after its commit, on any writer's thread
     */
    PlainLoop(
            String bootstrapServers,
            String topic,
            DataSource dataSource,
            List<SqlFile> statements,
            Consumer<byte[]> validator,
            int batchSize,
            IntConsumer committed) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.dataSource = dataSource;
        this.statements = List.copyOf(statements);
        this.validator = validator;
        this.batchSize = batchSize;
        this.committed = committed;
    }

    /** Returns when so many messages are stored and their offsets committed. */
    void drain(String group, long messages, int writers) {
        var remaining = new AtomicLong(messages);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<?>> loops = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                loops.add(threads.submit(() -> {
                    loop(group, remaining);
                    return null;
                }));
            }
            for (Future<?> loop : loops) {
                loop.get();
            }
        } catch (ExecutionException failure) {
            throw new IllegalStateException("The plain loop failed", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The plain loop was interrupted", interrupted);
        } finally {
            threads.shutdownNow();
        }
    }

    private void loop(String group, AtomicLong remaining) throws SQLException {
        try (var consumer = consumer(group);
                var connection = dataSource.getConnection()) {
            var writer = new PlainWriter(connection, statements);
            List<ConsumerRecord<String, byte[]>> collected = new ArrayList<>();
            long oldest = System.nanoTime();
            consumer.subscribe(List.of(topic));
            while (remaining.get() > 0) {
                if (collected.isEmpty()) {
                    oldest = System.nanoTime();
                }
                for (ConsumerRecord<String, byte[]> polled : consumer.poll(POLL)) {
                    validator.accept(polled.value());
                    collected.add(polled);
                }
                boolean aged = System.nanoTime() - oldest > LINGER.toNanos();
                while (collected.size() >= batchSize || (aged && !collected.isEmpty())) {
                    List<ConsumerRecord<String, byte[]>> first =
                            collected.subList(0, Math.min(batchSize, collected.size()));
                    var batch = new PlainBatch(List.copyOf(first));
                    writer.write(batch);
                    committed.accept(first.size());
                    consumer.commitSync(batch.nextOffsets());
                    remaining.addAndGet(-first.size());
                    first.clear();
                }
            }
        }
    }

    private KafkaConsumer<String, byte[]> consumer(String group) {
        return new KafkaConsumer<>(
                Map.ofEntries(
                        entry("bootstrap.servers", bootstrapServers),
                        entry("group.id", group),
                        entry("enable.auto.commit", false),
                        entry("auto.offset.reset", "earliest"),
                        entry("max.poll.records", batchSize)),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }
}
