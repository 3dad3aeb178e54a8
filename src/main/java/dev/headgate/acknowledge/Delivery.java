package dev.headgate.acknowledge;

import dev.headgate.backpressure.InflightLimit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * One record handed to the route: pending, then either acknowledged or failed, once, from any thread.
 *
 * <p>It counts against the inflight limit until then.
 */
class Delivery {

    private static final int PENDING = 0;
    private static final int ACKNOWLEDGED = 1;
    private static final int FAILED = 2;
    private static final AtomicIntegerFieldUpdater<Delivery> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Delivery.class, "state");

    private final PartitionOffsets partition;
    private final long offset;
    private final int size;
    private final InflightLimit limit;
    private volatile int state = PENDING;

    Delivery(PartitionOffsets partition, long offset, int size, InflightLimit limit) {
        this.partition = partition;
        this.offset = offset;
        this.size = size;
        this.limit = limit;
        limit.acquire(size);
    }

    long offset() {
        return offset;
    }

    boolean isAcknowledged() {
        return state == ACKNOWLEDGED;
    }

    final void acknowledge() {
        if (STATE.compareAndSet(this, PENDING, ACKNOWLEDGED)) {
            limit.release(size);
        }
    }

    final void fail() {
        if (STATE.compareAndSet(this, PENDING, FAILED)) {
            partition.markFailed();
            limit.release(size);
        }
    }
}
