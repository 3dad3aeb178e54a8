package dev.headgate.failure;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All listeners of a kind: what one of them throws is logged, and keeps neither the others nor whoever tells them from
 * going on. Thread-safe.
 */
public final class Listeners<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<T> listeners;

    public Listeners(Collection<T> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    /** Tells each listener, on the calling thread. */
    public void tell(Consumer<T> event) {
        for (T listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("Listener {} failed", listener, e);
            }
        }
    }
}
