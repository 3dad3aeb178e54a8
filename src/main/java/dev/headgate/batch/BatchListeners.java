package dev.headgate.batch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All listeners as one; what one of them throws is logged and keeps neither the others nor the lane from going on. */
final class BatchListeners implements BatchListener {

    private static final Logger LOG = LoggerFactory.getLogger(BatchListeners.class);

    private final List<BatchListener> listeners;

    BatchListeners(Collection<BatchListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void closed(Batch batch) {
        tell(listener -> listener.closed(batch));
    }

    @Override
    public void written(Batch batch, Duration took) {
        tell(listener -> listener.written(batch, took));
    }

    @Override
    public void retrying(Batch batch, Throwable cause, int attempt, Duration delay) {
        tell(listener -> listener.retrying(batch, cause, attempt, delay));
    }

    @Override
    public void holding(String name, Set<String> pipelines, String why) {
        tell(listener -> listener.holding(name, pipelines, why));
    }

    @Override
    public void released(String name) {
        tell(listener -> listener.released(name));
    }

    private void tell(Consumer<BatchListener> event) {
        for (BatchListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("A listener of batches failed", e);
            }
        }
    }
}
