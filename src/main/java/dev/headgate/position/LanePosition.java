package dev.headgate.position;

import org.jspecify.annotations.Nullable;

/**
 * What one lane has applied of a partition, in one tenure. Written by one lane at a time, read by any.
 *
 * <p>Whether an attempt has committed is not always known: the connection may break while the database commits. Before the
 * next one its row is asked, and what the row says holds.
 */
public final class LanePosition {

    /** @param number of the write, from 1; 0: there is no row */
    record Written(long number, OffsetSet offsets, Outcomes outcomes) {}

    private final Tenure tenure;
    private final String lane;
    private Written durable = new Written(0, new OffsetSet(), Outcomes.NONE);
    private @Nullable Written attempt;
    private long attemptedLow;

    LanePosition(Tenure tenure, String lane) {
        this.tenure = tenure;
        this.lane = lane;
    }

    Tenure tenure() {
        return tenure;
    }

    String lane() {
        return lane;
    }

    synchronized boolean isApplied(long offset) {
        return durable.offsets.contains(offset);
    }

    /** What the row is to be, when the attempt has committed. */
    synchronized Written attempt(OffsetSet offsets, Outcomes outcomes, long low) {
        OffsetSet all = durable.offsets.copy();
        all.addAll(offsets);
        all.removeBelow(low);
        Written next = new Written(durable.number + 1, all, durable.outcomes.plus(outcomes));
        attempt = next;
        attemptedLow = low;
        return next;
    }

    /** Whether there was an attempt, and nobody has said yet whether it has committed. */
    synchronized boolean isUncertain() {
        return attempt != null;
    }

    /** The attempt, if there was one, has committed. */
    public synchronized void confirm() {
        if (attempt != null) {
            durable = attempt;
            attempt = null;
            tenure.written(attemptedLow);
        }
    }

    /** What the row says, whether or not by the attempt; null if there is none of this epoch. */
    synchronized void resolve(@Nullable Written row) {
        if (row != null) {
            durable = row;
        }
        attempt = null;
    }
}
