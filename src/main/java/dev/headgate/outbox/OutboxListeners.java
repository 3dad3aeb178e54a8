package dev.headgate.outbox;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls several listeners as one; a listener that throws disturbs neither the others nor the relay. */
final class OutboxListeners implements OutboxListener {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxListeners.class);

    private final List<OutboxListener> listeners;

    OutboxListeners(Collection<OutboxListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void delivered(String destination, int entries, Duration sinceOldestCreated) {
        each(listener -> listener.delivered(destination, entries, sinceOldestCreated));
    }

    @Override
    public void failed(String destination, int entries, Throwable cause, Duration backoff) {
        each(listener -> listener.failed(destination, entries, cause, backoff));
    }

    @Override
    public void refused(String destination, Throwable cause) {
        each(listener -> listener.refused(destination, cause));
    }

    private void each(Consumer<OutboxListener> call) {
        for (OutboxListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("Outbox listener {} failed", listener, e);
            }
        }
    }
}
