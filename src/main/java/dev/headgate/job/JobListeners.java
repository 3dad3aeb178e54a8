package dev.headgate.job;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls several listeners as one; a listener that throws disturbs neither the others nor the jobs. */
final class JobListeners implements JobListener {

    private static final Logger LOG = LoggerFactory.getLogger(JobListeners.class);

    private final List<JobListener> listeners;

    JobListeners(Collection<JobListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void started(String queue, Duration lag) {
        each(listener -> listener.started(queue, lag));
    }

    @Override
    public void failed(String queue, Throwable cause) {
        each(listener -> listener.failed(queue, cause));
    }

    @Override
    public void ended(String queue, JobState state, Duration took) {
        each(listener -> listener.ended(queue, state, took));
    }

    @Override
    public void rescued(String queue, JobState state) {
        each(listener -> listener.rescued(queue, state));
    }

    private void each(Consumer<JobListener> call) {
        for (JobListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("Job listener {} failed", listener, e);
            }
        }
    }
}
