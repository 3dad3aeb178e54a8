package dev.headgate.outbox;

import dev.headgate.failure.Failure;
import dev.headgate.failure.FailureLog;
import dev.headgate.outbox.OutboxTable.PendingShard;
import dev.headgate.outbox.ShardIsolation.Bulk;
import io.github.resilience4j.core.IntervalFunction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The relay's cycle: find due shards, lock them, fetch, send, mark, unlock. Runs on one thread; only {@link #entriesInHand()}
 * may be called from others.
 */
final class OutboxRelay {

    private static final Duration CONTENDED = Duration.ofMillis(20);
    private static final int LONGEST_ERROR = 500;
    private static final int MOST_BACKOFF_STEPS = 64;

    private final Options options;
    private final Sender sender;
    private final OutboxListener listener;
    private final FailureLog failures;
    private final ShardIsolation isolation;
    private volatile int entriesInHand;

    OutboxRelay(Options options, Sender sender, OutboxListener listener, FailureLog failures) {
        this.options = options;
        this.sender = sender;
        this.listener = listener;
        this.failures = failures;
        this.isolation = new ShardIsolation(options.maxEntries());
    }

    /** What the endpoint's URI says. */
    record Options(
            String destination,
            int maxEntries,
            long maxBytes,
            Duration pollInterval,
            IntervalFunction backoff,
            int maxAttempts) {
        Options {
            if (maxBytes < 1) {
                throw new IllegalArgumentException("Expected maxBytes of at least 1, found " + maxBytes);
            }
            if (pollInterval.isNegative() || pollInterval.isZero()) {
                throw new IllegalArgumentException("Expected a pollInterval above zero, found " + pollInterval);
            }
        }
    }

    /** Brings entries to their destination. */
    interface Sender {
        /** Returns when all entries have arrived (empty) or at least one may not have (the cause). */
        Optional<Throwable> send(List<OutboxEntry> entries);
    }

    /**
     * Relays what is due, at most one bulk of the healthy shards and one of a suspect one.
     *
     * @return how long to wait before the next cycle if nothing wakes the relay: zero if this one found work
     * @throws SQLException if the table cannot be used any more; its locks are gone when it is closed, and entries that
     *     were sent but not marked will be sent again
     */
    Duration cycle(OutboxTable table) throws SQLException {
        List<PendingShard> pending = table.pendingShards();
        List<Integer> due = new ArrayList<>();
        pending.stream().filter(PendingShard::isDue).forEach(shard -> due.add(shard.shard()));
        Collections.shuffle(due);

        boolean found = false;
        for (Bulk bulk : isolation.plan(due)) {
            found |= relay(table, bulk);
        }
        if (found) {
            return Duration.ZERO;
        }
        Duration longest = due.isEmpty() ? options.pollInterval() : CONTENDED;
        return pending.stream()
                .filter(shard -> !shard.isDue())
                .map(PendingShard::untilDue)
                .filter(untilDue -> untilDue.compareTo(longest) < 0)
                .min(Duration::compareTo)
                .orElse(longest);
    }

    /** Entries fetched and not yet marked. */
    int entriesInHand() {
        return entriesInHand;
    }

    private boolean relay(OutboxTable table, Bulk bulk) throws SQLException {
        List<Integer> locked = table.lock(bulk.shards());
        if (locked.isEmpty()) {
            return false;
        }
        List<OutboxEntry> entries = table.fetch(locked, bulk.entriesPerShard(), options.maxBytes());
        entriesInHand = entries.size();
        try {
            if (!entries.isEmpty()) {
                sendAndMark(table, new Bulk(locked, bulk.entriesPerShard()), entries);
            }
            table.unlock();
            return !entries.isEmpty();
        } finally {
            entriesInHand = 0;
        }
    }

    private void sendAndMark(OutboxTable table, Bulk bulk, List<OutboxEntry> entries) throws SQLException {
        Throwable failure = sender.send(entries).orElse(null);
        if (failure == null) {
            Duration sinceOldestCreated = table.markDelivered(entries);
            isolation.succeeded(bulk, entries.size());
            if (isolation.isClear()) {
                failures.over();
            }
            listener.delivered(options.destination(), entries.size(), sinceOldestCreated);
        } else {
            if (refuse(table, entries, failure)) {
                isolation.succeeded(bulk, entries.size());
                return;
            }
            Duration backoff = backoff(entries);
            table.markFailed(entries, describe(failure), backoff);
            isolation.failed(bulk, entries.size());
            failures.failed(failure, entries.size() + " entries, next attempt in " + backoff.toMillis() + " ms");
            listener.failed(options.destination(), entries.size(), failure, backoff);
        }
    }

    /** Makes an entry that is at fault itself, or was tried often enough, a dead letter; only one that was sent alone. */
    private boolean refuse(OutboxTable table, List<OutboxEntry> entries, Throwable cause) throws SQLException {
        if (entries.size() > 1) {
            return false;
        }
        OutboxEntry entry = entries.get(0);
        Failure failure = Failure.of(cause);
        boolean spent = options.maxAttempts() > 0 && entry.attempts() + 1 >= options.maxAttempts();
        if (!spent && !(failure instanceof Failure.Rejected)) {
            return false;
        }
        table.refuse(entry, OutboxExchanges.headersToKeep(entry), failure.reason(), describe(cause));
        listener.refused(options.destination(), cause);
        return true;
    }

    private Duration backoff(List<OutboxEntry> entries) {
        int attempts = entries.stream().mapToInt(OutboxEntry::attempts).max().orElse(0);
        return Duration.ofMillis(options.backoff().apply(Math.min(attempts + 1, MOST_BACKOFF_STEPS)));
    }

    /** Short, and without the character that Postgres refuses in text. */
    private static String describe(Throwable failure) {
        @Nullable String message = failure.getMessage();
        String text = failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
        return text.substring(0, Math.min(text.length(), LONGEST_ERROR)).replace('\0', ' ');
    }
}
