package dev.headgate.demo;

import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of the messages of committed batches. Thread-safe. */
public final class Outcomes implements BatchListener {
    private final LongAdder applied = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder deadLetters = new LongAdder();

    @Override
    public void written(Batch batch, Duration took) {
        applied.add(batch.freshMessages().size());
        duplicates.add(batch.duplicates());
        deadLetters.add(batch.rejected().size());
    }

    public long applied() {
        return applied.sum();
    }

    /** Those that were found out by the batch's transaction; others are filtered before. */
    public long duplicates() {
        return duplicates.sum();
    }

    public long deadLetters() {
        return deadLetters.sum();
    }
}
