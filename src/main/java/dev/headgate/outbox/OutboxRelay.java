package dev.headgate.outbox;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.Failure;
import dev.headgate.failure.FailureLog;
import dev.headgate.failure.Listeners;
import dev.headgate.outbox.OutboxTable.Marked;
import dev.headgate.outbox.OutboxTable.PendingShard;
import dev.headgate.outbox.SendOutcome.Failed;
import dev.headgate.outbox.ShardIsolation.Bulk;
import dev.headgate.polling.GrowingPause;
import dev.headgate.polling.IdlePause;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The relay's cycle: find due shards, claim them, fetch, send, mark, release. Runs on one thread; only {@link
 * #entriesInHand()} and {@link #delivered()} may be called from others.
 */
final class OutboxRelay {

    private static final Duration CONTENDED = Duration.ofMillis(20);
    private static final int LONGEST_ERROR = 500;

    private final Options options;
    private final ShardLease lease;
    private final Sender sender;
    private final Listeners<OutboxListener> listeners;
    private final FailureLog failures;
    private final ShardIsolation isolation;
    private final IdlePause idle;
    private final GrowingPause growing = new GrowingPause();
    /** Whether entries that have failed wait for their next attempt. */
    private boolean holdsBack;

    private volatile int entriesInHand;
    private final LongAdder delivered = new LongAdder();
    /** What was sent and is not yet marked: until it is, nothing else is sent. */
    private final List<OutboxEntry> unmarked = new ArrayList<>();

    /** @param lease renewed by somebody else while entries are sent */
    OutboxRelay(
            Options options,
            ShardLease lease,
            Sender sender,
            Listeners<OutboxListener> listeners,
            FailureLog failures) {
        this.options = options;
        this.lease = lease;
        this.sender = sender;
        this.listeners = listeners;
        this.failures = failures;
        this.isolation = new ShardIsolation(options.maxEntries());
        this.idle = new IdlePause(options.pollInterval());
    }

    /** What the endpoint's URI says. */
    record Options(
            String destination,
            int maxEntries,
            long maxBytes,
            Duration pollInterval,
            Backoff backoff,
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
        /** Returns when nothing of it is under way any more. */
        SendOutcome send(List<OutboxEntry> entries);

        /** Former names of this relay under which it may have sent what it does not know of. */
        default Set<String> former() {
            return new HashSet<>();
        }

        /**
         * The ids of what holders of shards have sent last; they send nothing more from now on.
         *
         * @throws dev.headgate.ConfigurationException if the table is from before something that was sent
         */
        default List<Long> takeOver(OutboxTable table, Set<String> holders) throws SQLException {
            return List.of();
        }
    }

    /**
     * To be called first with a table that was just opened. Marks what was sent and could not be marked with the one before,
     * and if there is no such thing, proves all the same that it can mark: who cannot must not send.
     *
     * @throws SQLException if it cannot
     */
    void begin(OutboxTable table) throws SQLException {
        Set<String> former = sender.former();
        Set<String> holders = new LinkedHashSet<>(table.unsettled());
        holders.addAll(former);
        settle(table, holders);
        former.removeAll(holders);
        if (!unmarked.isEmpty()) {
            // Another one would send it again.
            lease.keep(table);
        }
        mark(table);
        lease.release(table);
    }

    /**
     * Relays what is due, at most one bulk of the healthy shards and one of a suspect one.
     *
     * @return how long to wait before the next cycle if nothing wakes the relay: zero if this one found work
     * @throws SQLException if the table cannot be used any more; this relay knows what it has sent but not marked, and marks it
     *     by {@link #begin}
     */
    Duration cycle(OutboxTable table) throws SQLException {
        List<PendingShard> pending = table.pendingShards();
        List<Integer> due = new ArrayList<>();
        pending.stream().filter(PendingShard::isDue).forEach(shard -> due.add(shard.shard()));
        holdsBack = due.size() < pending.size();
        Duration pause = idle.after(!pending.isEmpty());
        Collections.shuffle(due);

        boolean found = false;
        for (Bulk bulk : isolation.plan(due)) {
            found |= relay(table, bulk);
        }
        if (found) {
            growing.found();
            return Duration.ZERO;
        }
        Duration longest = due.isEmpty() ? growing.next(pause) : CONTENDED;
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

    /** Entries marked delivered. */
    long delivered() {
        return delivered.sum();
    }

    private boolean relay(OutboxTable table, Bulk bulk) throws SQLException {
        List<Integer> claimed = lease.claim(table, bulk.shards());
        if (claimed.size() < bulk.shards().size()) {
            Set<String> holders = table.unsettled();
            if (!holders.isEmpty()) {
                settle(table, holders);
            }
        }
        if (claimed.isEmpty()) {
            return false;
        }
        List<OutboxEntry> entries = table.fetch(claimed, bulk.entriesPerShard(), options.maxBytes());
        entriesInHand = entries.size();
        try {
            // Who stood still since the claim may have lost it.
            if (!entries.isEmpty() && lease.isHeld()) {
                sendAndMark(table, new Bulk(claimed, bulk.entriesPerShard()), entries);
            }
            lease.release(table);
            return !entries.isEmpty();
        } finally {
            entriesInHand = 0;
        }
    }

    private void sendAndMark(OutboxTable table, Bulk bulk, List<OutboxEntry> entries) throws SQLException {
        SendOutcome outcome = lease.keptDuring(() -> sender.send(entries), table);
        if (!outcome.delivered().isEmpty()) {
            unmarked.addAll(outcome.delivered());
            mark(table);
        }
        List<Failed> again = new ArrayList<>();
        for (Failed failed : outcome.failed()) {
            boolean blamed = failed.own() || entries.size() == 1;
            if (!blamed || !refuse(table, failed)) {
                again.add(failed);
            }
        }
        if (again.isEmpty()) {
            isolation.succeeded(bulk, entries.size());
        } else if (!outcome.isAttributed() || entries.size() == 1) {
            isolation.failed(bulk, entries.size());
        }
        if (outcome.failed().isEmpty() && isolation.isClear() && !holdsBack) {
            failures.over();
        }
        holdBack(table, again);
    }

    /** Marks what other holders have sent and perhaps not marked, and lets their shards go. */
    private void settle(OutboxTable table, Set<String> holders) throws SQLException {
        tell(table.markDeliveredIds(sender.takeOver(table, holders)));
        for (String holder : holders) {
            table.release(holder);
        }
    }

    private void mark(OutboxTable table) throws SQLException {
        Marked marked = table.markDelivered(unmarked);
        unmarked.clear();
        tell(marked);
    }

    private void tell(Marked marked) {
        if (marked.entries() > 0) {
            delivered.add(marked.entries());
            listeners.tell(listener -> listener.delivered(options.destination(), marked.entries(), marked.oldest()));
        }
    }

    /** Makes an entry that is at fault itself, or was tried often enough, a dead letter. */
    private boolean refuse(OutboxTable table, Failed failed) throws SQLException {
        OutboxEntry entry = failed.entry();
        Failure failure = Failure.of(Failure.ofRequest(failed.cause()));
        boolean spent = options.maxAttempts() > 0 && entry.attempts() + 1 >= options.maxAttempts();
        if (!spent && !(failure instanceof Failure.Rejected)) {
            return false;
        }
        if (table.refuse(entry, OutboxExchanges.headersToKeep(entry), failure.reason(), describe(failed.cause()))) {
            listeners.tell(listener -> listener.refused(options.destination(), failed.cause()));
        }
        return true;
    }

    /** One statement for all that failed alike. */
    private void holdBack(OutboxTable table, List<Failed> again) throws SQLException {
        Map<String, List<Failed>> alike = again.stream()
                .collect(Collectors.groupingBy(
                        failed -> describe(failed.cause()), LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Failed>> group : alike.entrySet()) {
            List<OutboxEntry> entries =
                    group.getValue().stream().map(Failed::entry).toList();
            Throwable cause = group.getValue().get(0).cause();
            Duration backoff = backoff(entries);
            table.markFailed(entries, group.getKey(), backoff);
            failures.failed(cause, entries.size() + " entries, next attempt in " + backoff.toMillis() + " ms");
            listeners.tell(listener -> listener.failed(options.destination(), entries.size(), cause, backoff));
        }
    }

    private Duration backoff(List<OutboxEntry> entries) {
        int attempts = entries.stream().mapToInt(OutboxEntry::attempts).max().orElse(0);
        return options.backoff().after(attempts + 1);
    }

    /** Short, and without the character that Postgres refuses in text. */
    private static String describe(Throwable failure) {
        @Nullable String message = failure.getMessage();
        String text = failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
        return text.substring(0, Math.min(text.length(), LONGEST_ERROR)).replace('\0', ' ');
    }
}
