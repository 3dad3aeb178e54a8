package dev.headgate.acknowledge;

import java.util.ArrayDeque;

/**
 * The deliveries of one assigned partition, and how far they may be committed.
 *
 * <p>All methods belong to the consumer's thread; only the {@link Delivery deliveries} themselves may be acknowledged or
 * failed from any thread. When the partition is given up the object is dropped, and with it every later
 * acknowledgement of its deliveries.
 */
final class PartitionOffsets {

    private static final long NONE = -1;

    private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>();
    private long watermark = NONE;
    private long requested = NONE;
    private volatile boolean failed;

    /** Adds a delivery behind all others; offsets must rise, gaps are allowed (compaction, transaction markers). */
    void add(Delivery delivery) {
        deliveries.addLast(delivery);
    }

    /** Takes the acknowledged deliveries from the front; returns the offset to commit, or -1 if none was acknowledged. */
    long advance() {
        for (Delivery first = deliveries.peekFirst();
                first != null && first.isAcknowledged();
                first = deliveries.peekFirst()) {
            watermark = first.offset() + 1;
            deliveries.removeFirst();
        }
        return watermark;
    }

    /** The offset to commit if it is beyond what was last asked for, else -1; asks for it. */
    long takeCommittable() {
        long offset = advance();
        if (offset == requested) {
            return NONE;
        }
        requested = offset;
        return offset;
    }

    /** A commit that was asked for did not succeed: the next {@link #takeCommittable()} asks again. */
    void commitFailed() {
        requested = NONE;
    }

    /** Whether every delivery so far is acknowledged. */
    boolean isAcknowledged() {
        advance();
        return deliveries.isEmpty();
    }

    /** From any thread: one delivery failed, the partition must be read again from {@link #firstUnacknowledged()}. */
    void markFailed() {
        failed = true;
    }

    boolean isFailed() {
        return failed;
    }

    /** The lowest offset that is not acknowledged, or -1 if all are. */
    long firstUnacknowledged() {
        advance();
        Delivery first = deliveries.peekFirst();
        return first == null ? NONE : first.offset();
    }
}
