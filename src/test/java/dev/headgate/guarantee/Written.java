package dev.headgate.guarantee;

import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import dev.headgate.failure.Failure;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was written, and remembers why batches were tried again. A bean for one Headgate. Thread-safe. */
final class Written implements BatchListener {

    private final LongAdder messages = new LongAdder();
    private final Set<String> reasons = new ConcurrentSkipListSet<>();

    @Override
    public void written(Batch batch, Duration took) {
        messages.add(batch.getSize());
    }

    @Override
    public void retrying(Batch batch, Throwable cause, int attempt, Duration delay) {
        reasons.add(Failure.of(cause).reason());
    }

    long messages() {
        return messages.sum();
    }

    /** Whether nothing was written since the last look, which it remembers. */
    boolean isStill(AtomicLong lastLook) {
        long now = messages();
        return lastLook.getAndSet(now) == now;
    }

    Set<String> reasons() {
        return Set.copyOf(reasons);
    }
}
