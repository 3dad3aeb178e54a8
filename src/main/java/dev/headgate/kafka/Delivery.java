package dev.headgate.kafka;

import dev.headgate.backpressure.SourceInflight;
import dev.headgate.position.Outcome;
import dev.headgate.position.Place;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;

/**
 * One record handed to the route: pending, then either acknowledged or failed, once, from any thread, by the completion of
 * its exchange or the exchange's manual commit.
 *
 * <p>It counts against the inflight limit until then.
 */
final class Delivery implements Synchronization, KafkaManualCommit {

    private static final int PENDING = 0;
    private static final int ACKNOWLEDGED = 1;
    private static final int FAILED = 2;
    private static final AtomicIntegerFieldUpdater<Delivery> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Delivery.class, "state");

    private final PartitionOffsets partition;
    private final long offset;
    private final int size;
    private final SourceInflight source;
    private volatile int state = PENDING;

    Delivery(PartitionOffsets partition, long offset, int size, SourceInflight source) {
        this.partition = partition;
        this.offset = offset;
        this.size = size;
        this.source = source;
        source.acquire(size);
    }

    long offset() {
        return offset;
    }

    boolean isAcknowledged() {
        return state == ACKNOWLEDGED;
    }

    boolean isFailed() {
        return state == FAILED;
    }

    /** Acknowledges the record; its offset is committed when all before it are acknowledged too. */
    void acknowledge() {
        if (STATE.compareAndSet(this, PENDING, ACKNOWLEDGED)) {
            source.release(size);
        }
    }

    /** Has the record read again, with all behind it in its partition. */
    void fail(@Nullable Throwable cause) {
        if (STATE.compareAndSet(this, PENDING, FAILED)) {
            partition.markFailed(cause);
            source.fail(size);
        }
    }

    @Override
    public void commit() {
        acknowledge();
    }

    @Override
    public void onComplete(Exchange exchange) {
        Place place = exchange.getProperty(Place.PROPERTY, Place.class);
        if (place != null) {
            boolean isDuplicate = exchange.getProperty(ExchangePropertyKey.DUPLICATE_MESSAGE, false, boolean.class);
            place.acknowledged(isDuplicate ? Outcome.DUPLICATE : Outcome.FILTERED);
        }
        acknowledge();
    }

    @Override
    public void onFailure(Exchange exchange) {
        fail(exchange.getException());
    }
}
