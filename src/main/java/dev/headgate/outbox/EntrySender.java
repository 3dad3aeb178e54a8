package dev.headgate.outbox;

import dev.headgate.failure.Failure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends entries one by one, a few at once: those of one key one after another, and none behind one that failed.
 *
 * <p>It starts no more of them after a second, so that what has become due meanwhile need not wait for the slowest, and
 * none once as many have failed in a row as are sent at once: then the destination is away, and each would cost a
 * time-out.
 */
final class EntrySender implements OutboxRelay.Sender {

    private static final Duration LONGEST = Duration.ofSeconds(1);

    /** Sends one entry; returns why it failed, or null. */
    interface Entry {
        @Nullable
        Throwable send(OutboxEntry entry);
    }

    private final int concurrency;
    private final Executor executor;
    private final Entry sender;
    private final BooleanSupplier goOn;

    /**
     * @param executor with as many threads as are sent at once
     * @param goOn whether more may be started
     */
    EntrySender(int concurrency, Executor executor, Entry sender, BooleanSupplier goOn) {
        this.concurrency = concurrency;
        this.executor = executor;
        this.sender = sender;
        this.goOn = goOn;
    }

    @Override
    public SendOutcome send(List<OutboxEntry> entries) {
        Work work = new Work(byKey(entries));
        List<FutureTask<@Nullable Void>> tasks = IntStream.range(0, Math.min(concurrency, entries.size()))
                .mapToObj(i -> new FutureTask<@Nullable Void>(work::run, null))
                .toList();
        tasks.forEach(executor::execute);
        try {
            for (FutureTask<@Nullable Void> task : tasks) {
                task.get();
            }
        } catch (InterruptedException e) {
            tasks.forEach(task -> task.cancel(true));
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return work.outcome();
    }

    /** Entries without a key have no order. */
    private static Collection<Deque<OutboxEntry>> byKey(List<OutboxEntry> entries) {
        Map<Object, Deque<OutboxEntry>> keys = new LinkedHashMap<>();
        for (OutboxEntry entry : entries) {
            Object key = entry.key() == null ? entry.id() : entry.key();
            keys.computeIfAbsent(key, k -> new ArrayDeque<>()).add(entry);
        }
        return keys.values();
    }

    /** One send's keys, each with its entries in order, and what has become of them. */
    private final class Work {

        private final Queue<Deque<OutboxEntry>> keys;
        private final List<OutboxEntry> delivered = new ArrayList<>();
        private final List<SendOutcome.Failed> failed = new ArrayList<>();
        private final long started = System.nanoTime();
        private int inARow;

        Work(Collection<Deque<OutboxEntry>> keys) {
            this.keys = new ArrayDeque<>(keys);
        }

        void run() {
            for (Deque<OutboxEntry> key = next(); key != null; key = next()) {
                OutboxEntry entry = key.remove();
                Throwable cause = sender.send(entry);
                ended(key, entry, cause);
            }
        }

        private synchronized @Nullable Deque<OutboxEntry> next() {
            boolean late = System.nanoTime() - started > LONGEST.toNanos();
            return late || inARow >= concurrency || !goOn.getAsBoolean() ? null : keys.poll();
        }

        private synchronized void ended(Deque<OutboxEntry> key, OutboxEntry entry, @Nullable Throwable cause) {
            if (cause == null) {
                inARow = 0;
                delivered.add(entry);
                if (!key.isEmpty()) {
                    keys.add(key);
                }
            } else {
                inARow = Failure.isRefusal(cause) ? 0 : inARow + 1;
                failed.add(new SendOutcome.Failed(entry, cause, true));
            }
        }

        synchronized SendOutcome outcome() {
            return new SendOutcome(delivered, failed);
        }
    }
}
