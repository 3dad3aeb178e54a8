package dev.headgate.bench;

import dev.headgate.batch.Batch;
import dev.headgate.batch.BatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sizes of the batches that were committed, interval by interval. Thread-safe. */
final class BatchSizes implements BatchListener {
    private List<Integer> sizes = new ArrayList<>();

    @Override
    public synchronized void written(Batch batch, Duration took) {
        sizes.add(batch.getSize());
    }

    /** The median since the last call; null if there was no batch. */
    @Nullable
    Integer nextMedian() {
        List<Integer> sorted = take();
        sorted.sort(null);
        return sorted.isEmpty() ? null : sorted.get(sorted.size() / 2);
    }

    private synchronized List<Integer> take() {
        List<Integer> taken = sizes;
        sizes = new ArrayList<>();
        return taken;
    }
}
