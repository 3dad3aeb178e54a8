package dev.headgate.position;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ownership of a partition, from an assignment until it is lost: every write of a position is one of its epoch, or fails.
 *
 * <p>It knows the position: all below {@link #low()} has ended, and above it what the lanes say, and what was found at the
 * beginning. Thread-safe.
 */
public final class Tenure {

    /** Not known yet: the partition has no record that was read. */
    static final long NOWHERE = -1;

    private final PositionKey key;
    private final Taken taken;
    private final Map<String, LanePosition> lanes = new ConcurrentHashMap<>();
    private long low;
    private long writtenLow;
    private Outcomes outside = Outcomes.NONE;
    private Outcomes writtenOutside = Outcomes.NONE;
    private volatile boolean withoutKeys;
    private volatile boolean lost;

    Tenure(PositionKey key, Taken taken) {
        this.key = key;
        this.taken = taken;
        this.low = taken.low();
        this.writtenLow = taken.low();
    }

    public PositionKey key() {
        return key;
    }

    public long epoch() {
        return taken.epoch();
    }

    /** The first offset that has not ended; empty if the group has no position yet, and reads where its offsets say. */
    public @Nullable Long start() {
        return taken.low() == NOWHERE ? null : (Long) taken.low();
    }

    /** Whether the ledger knows the keys of what was applied, so that it can be read again. */
    public boolean isKeyed() {
        return taken.keyed() && !withoutKeys;
    }

    /** Of some of what is applied from now on the ledger has no keys. */
    void goesWithoutKeys() {
        withoutKeys = true;
    }

    /** A record is read. */
    public Place place(long offset) {
        synchronized (this) {
            if (low == NOWHERE) {
                low = offset;
            }
        }
        return new Place(this, offset);
    }

    /** All below the offset has ended. */
    public synchronized void reached(long offset) {
        low = Math.max(low, offset);
    }

    synchronized long low() {
        return low;
    }

    /** All below has ended; null if nothing was read. */
    public @Nullable Long reached() {
        long known = low();
        return known == NOWHERE ? null : (Long) known;
    }

    LanePosition lane(String lane) {
        return lanes.computeIfAbsent(lane, name -> new LanePosition(this, name));
    }

    boolean isApplied(long offset) {
        if (offset < low() || taken.above().contains(offset)) {
            return true;
        }
        for (LanePosition lane : lanes.values()) {
            if (lane.isApplied(offset)) {
                return true;
            }
        }
        return false;
    }

    synchronized void endedOutsideOfBatches(Outcome outcome) {
        outside = outside.plus(Outcomes.of(outcome));
    }

    synchronized void written(long below) {
        writtenLow = Math.max(writtenLow, below);
    }

    /** What no batch has written: null if there is nothing. */
    synchronized @Nullable Unwritten unwritten() {
        return low == writtenLow && outside.equals(writtenOutside) ? null : new Unwritten(low, outside);
    }

    /** @param outside since the beginning of the tenure */
    record Unwritten(long low, Outcomes outside) {}

    synchronized void written(Unwritten now) {
        writtenLow = Math.max(writtenLow, now.low);
        writtenOutside = now.outside;
    }

    Taken taken() {
        return taken;
    }

    /** Somebody else owns the partition now, or this process anew. */
    public void lose() {
        lost = true;
    }

    public boolean isLost() {
        return lost;
    }
}
