package dev.headgate.kafka;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

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
    private volatile @Nullable Throwable cause;

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

    /** Nothing that is not yet delivered lies before this offset: it is committable once all deliveries are acknowledged. */
    void passed(long position) {
        if (isAcknowledged() && !failed) {
            watermark = Math.max(watermark, position);
        }
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

    /** Notes that a delivery failed, from any thread; see {@link #rewind()}. */
    void markFailed(@Nullable Throwable why) {
        cause = why;
        failed = true;
    }

    /** Why the latest one failed, if that is known. */
    @Nullable
    Throwable cause() {
        return cause;
    }

    boolean isFailed() {
        return failed;
    }

    /**
     * Drops the first failed delivery and all behind it, to be read again, with their acknowledgements; those before it
     * stay, for they are on their way.
     *
     * @return the offset to read again from, or -1 if nothing failed, or only what was dropped before
     */
    long rewind() {
        failed = false;
        long from = NONE;
        for (Delivery delivery : deliveries) {
            if (delivery.isFailed()) {
                from = delivery.offset();
                break;
            }
        }
        while (from != NONE && !deliveries.isEmpty() && deliveries.getLast().offset() >= from) {
            deliveries.removeLast();
        }
        return from;
    }
}
