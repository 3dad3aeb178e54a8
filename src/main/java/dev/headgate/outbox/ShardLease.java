package dev.headgate.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The right of one relay to send the entries of the shards that it has claimed: for ten seconds, by the clock of the
 * database, from the claim or from the latest {@link #renew}. A relay that stands still loses it.
 *
 * <p>Over here when two thirds of its time in the database are: what was begun then has the last third to end in, before
 * anybody else may send. It asks no server for that, but the clock of this machine that never goes back.
 *
 * <p>The relay's thread calls all but {@link #renew}, which belongs to a thread of its own, and {@link #isHeld}, which is
 * thread-safe.
 */
final class ShardLease {

    private static final Duration LASTING = Duration.ofSeconds(10);
    private static final long TERM_NANOS = LASTING.toNanos() / 3 * 2;

    /** How often {@link #renew} is to be called. */
    static final Duration RENEWAL = Duration.ofSeconds(1);

    private final String name;
    private String holder;
    private volatile long untilNanos = System.nanoTime();
    private int shards;
    private @Nullable OutboxTable lent;

    /** @param name for people who look at the table */
    ShardLease(String name) {
        this.name = name + " of process " + ProcessHandle.current().pid();
        this.holder = this.name + ", " + UUID.randomUUID();
    }

    /** From now on it is somebody else's; what it has claimed stays with the former holder. */
    void rename() {
        untilNanos = System.nanoTime();
        holder = name + ", " + UUID.randomUUID();
    }

    /** The same for all its claims until it is renamed, and nobody else's. */
    String holder() {
        return holder;
    }

    /** Whether what was claimed may be sent now. */
    boolean isHeld() {
        return untilNanos - System.nanoTime() > 0;
    }

    /** Takes those of the shards that nobody else has. */
    List<Integer> claim(OutboxTable table, List<Integer> wanted) throws SQLException {
        long began = System.nanoTime();
        List<Integer> claimed = table.claim(wanted, LASTING);
        shards = claimed.size();
        untilNanos = began + TERM_NANOS;
        return claimed;
    }

    /** Does work that does not use the table, while which the lease is renewed. */
    <T> T keptDuring(Supplier<T> work, OutboxTable table) {
        lend(table);
        try {
            return work.get();
        } finally {
            lend(null);
        }
    }

    /** Returns when the table is not in use. */
    private synchronized void lend(@Nullable OutboxTable table) {
        lent = table;
    }

    /**
     * Renews it when a third of its time is over, if work is going on; whoever has lost one of its shards has lost all.
     *
     * @throws SQLException if the table cannot be used any more, which the relay will find out for itself
     */
    synchronized void renew() throws SQLException {
        long began = System.nanoTime();
        if (lent != null && untilNanos - began < TERM_NANOS / 2) {
            untilNanos = lent.renew(LASTING) == shards ? began + TERM_NANOS : began;
        }
    }

    /** Keeps what it still has, without sending any of it. */
    void keep(OutboxTable table) throws SQLException {
        table.renew(LASTING);
    }

    /** Lets others have all its shards at once. */
    void release(OutboxTable table) throws SQLException {
        untilNanos = System.nanoTime();
        table.release();
    }
}
