package dev.headgate.outbox;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * For each shard the id below which no entry is pending and none will be: a look that begins there need not step over what
 * was delivered since the last vacuum, which the index still has.
 *
 * <p>Who writes entries holds the table's lock, which others may hold, too, from before they get their ids until their
 * transactions end. When all of those have ended that held it after an id was seen, whatever is below that id is committed
 * or will never be: so waits {@code CREATE INDEX CONCURRENTLY}, too. What comes below it all the same, as it was written
 * by hand or has its former id again, is found when the marks are forgotten, once a second.
 *
 * <p>One thread's.
 */
final class LowWaterMarks {

    /** Stands for all that are prepared: each may be one that was found at work under the name it had before. */
    static final String PREPARED = "prepared";

    private static final long REMEMBERED_NANOS = 1_000_000_000;

    private final Long[] marks;
    private final LongSupplier nanoTime;
    private long forgottenNanos;

    /** The highest id that was seen. */
    private long highest;
    /** The highest that was seen before {@link #awaited} were found at work. */
    private long candidate;

    private Set<String> awaited = Set.of();
    /** Up to this one, what is not visible will never be. */
    private long settled;

    /** @param nanoTime as {@link System#nanoTime} is */
    LowWaterMarks(int shards, LongSupplier nanoTime) {
        this.marks = new Long[shards];
        Arrays.fill(marks, 0L);
        this.nanoTime = nanoTime;
        this.forgottenNanos = nanoTime.getAsLong();
    }

    /** By shards. */
    List<Long> marks() {
        long now = nanoTime.getAsLong();
        if (now - forgottenNanos >= REMEMBERED_NANOS) {
            forgottenNanos = now;
            Arrays.fill(marks, 0L);
        }
        return List.of(marks);
    }

    /** An entry with this id was there. */
    void seen(long id) {
        highest = Math.max(highest, id);
    }

    /** Whether it is of use to know who is writing. */
    boolean asks() {
        return settled < highest;
    }

    /** These transactions are writing, or may be, at a time after all that was seen. */
    void writing(Set<String> transactions) {
        if (Collections.disjoint(transactions, awaited)) {
            settled = candidate;
            candidate = highest;
            awaited = new HashSet<>(transactions);
            awaited.add(PREPARED);
        }
    }

    /** A look that began at the marks, and after {@link #writing}, has found these first ids of shards with pending entries. */
    void pending(Map<Integer, Long> first) {
        for (int shard = 0; shard < marks.length; shard++) {
            marks[shard] = Math.min(first.getOrDefault(shard, Long.MAX_VALUE), settled + 1);
        }
    }
}
