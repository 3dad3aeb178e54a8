package dev.headgate.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * What Headgate is measured against: a consumer loop as one writes it by hand, with the same statements.
 *
 * <p>Each writer is a thread with a consumer and a connection of its own. It validates what it polls, collects up to
 * the batch size, stores that in one transaction and acknowledges it. It knows no outages, dead letters or order
 * across a rebalance.
 */
final class PlainLoop<M extends PlainMessage> {
    private static final Duration LINGER = Duration.ofMillis(200);

    private final Supplier<Feed<M>> feeds;
    private final DataSource dataSource;
    private final List<SqlFile> statements;
    private final Consumer<byte[]> validator;
    private final int batchSize;
    private final IntConsumer committed;

    /**
     * @param feeds a consumer for each writer
     * @param validator called with each value; throws if it is invalid, which ends the loop
     * @param committed told how many messages a transaction stored, right after its commit, on any writer's thread
     */
    PlainLoop(
            Supplier<Feed<M>> feeds,
            DataSource dataSource,
            List<SqlFile> statements,
            Consumer<byte[]> validator,
            int batchSize,
            IntConsumer committed) {
        this.feeds = feeds;
        this.dataSource = dataSource;
        this.statements = List.copyOf(statements);
        this.validator = validator;
        this.batchSize = batchSize;
        this.committed = committed;
    }

    /** Returns when so many messages are stored and acknowledged. */
    void drain(long messages, int writers) {
        var remaining = new AtomicLong(messages);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<?>> loops = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                loops.add(threads.submit(() -> {
                    loop(remaining);
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

    private void loop(AtomicLong remaining) throws SQLException {
        try (var feed = feeds.get();
                var connection = dataSource.getConnection()) {
            var writer = new PlainWriter(connection, statements);
            List<M> collected = new ArrayList<>();
            long oldest = System.nanoTime();
            while (remaining.get() > 0) {
                if (collected.isEmpty()) {
                    oldest = System.nanoTime();
                }
                for (M polled : feed.poll()) {
                    validator.accept(polled.payload());
                    collected.add(polled);
                }
                boolean aged = System.nanoTime() - oldest > LINGER.toNanos();
                while (collected.size() >= batchSize || (aged && !collected.isEmpty())) {
                    List<M> first = collected.subList(0, Math.min(batchSize, collected.size()));
                    List<M> batch = List.copyOf(first);
                    first.clear();
                    writer.write(new PlainBatch(batch));
                    committed.accept(batch.size());
                    feed.acknowledge(batch);
                    remaining.addAndGet(-batch.size());
                }
            }
        }
    }
}
