package dev.headgate.position;

import dev.headgate.failure.FailureLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes partitions, and writes what no batch writes, on threads of its own: a consumer never waits for the database, but a
 * moment before it gives partitions up. Thread-safe.
 */
public final class PositionKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(PositionKeeper.class);
    /** One that waits for a lock holds up few others. */
    private static final int THREADS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "positions");
        thread.setDaemon(true);
        return thread;
    });
    private final Executor later = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, threads);
    private final Supplier<DataSource> database;
    private final AtomicBoolean writing = new AtomicBoolean();
    private final FailureLog takes = new FailureLog(LOG, "Taking a partition's position", InstantSource.system());
    private final FailureLog writes = new FailureLog(LOG, "Writing positions", InstantSource.system());

    /** @param database asked for at each use */
    public PositionKeeper(Supplier<DataSource> database) {
        this.database = database;
    }

    /**
     * Makes this process the owner of a partition; while the database cannot be used it tries again each second, until the
     * answer is cancelled.
     */
    public CompletableFuture<Tenure> take(PositionKey key) {
        return take(key, table -> table.take(key));
    }

    /** As {@link #take}, from another offset on: whatever has ended there is not known any more. */
    public CompletableFuture<Tenure> takeBack(PositionKey key, long to) {
        return take(key, table -> table.takeBack(key, to));
    }

    private CompletableFuture<Tenure> take(PositionKey key, Function<PositionTable, Tenure> how) {
        CompletableFuture<Tenure> answer = new CompletableFuture<>();
        threads.execute(() -> take(key, how, answer));
        return answer;
    }

    private void take(PositionKey key, Function<PositionTable, Tenure> how, CompletableFuture<Tenure> answer) {
        if (answer.isCancelled()) {
            return;
        }
        try {
            answer.complete(how.apply(new PositionTable(database.get())));
            over(takes);
        } catch (RuntimeException e) {
            failed(takes, e, key.source() + " of group " + key.group() + " is not read until it works");
            later.execute(() -> take(key, how, answer));
        }
    }

    /** Writes, some time from now on, what no batch has written of the partitions; nothing while that is under way. */
    public void writeRest(Collection<Tenure> tenures) {
        List<Tenure> due =
                tenures.stream().filter(tenure -> tenure.unwritten() != null).toList();
        if (!due.isEmpty() && writing.compareAndSet(false, true)) {
            threads.execute(() -> {
                try {
                    write(due);
                } finally {
                    writing.set(false);
                }
            });
        }
    }

    /** As {@link #writeRest}, and waits for it: what is not written by then is read again. */
    public void writeRest(Collection<Tenure> tenures, Duration atMost) {
        List<Tenure> due =
                tenures.stream().filter(tenure -> tenure.unwritten() != null).toList();
        if (due.isEmpty()) {
            return;
        }
        try {
            threads.submit(() -> write(due)).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("Positions of {} are not written before they are given up", due.size(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Tenure> tenures) {
        try {
            PositionTable table = new PositionTable(database.get());
            tenures.forEach(table::writeRest);
            over(writes);
        } catch (RuntimeException e) {
            failed(writes, e, "messages that came to no batch are read again if the process ends before it works");
        }
    }

    /** These logs are for one thread at a time. */
    private static void failed(FailureLog log, RuntimeException cause, String detail) {
        synchronized (log) {
            log.failed(cause, detail);
        }
    }

    private static void over(FailureLog log) {
        synchronized (log) {
            log.over();
        }
    }
}
