package dev.headgate.manage;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.BatchListener;
import dev.headgate.batch.Held;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the sources of a batch that meets an outage, from its first lane's failure until all its lanes write again, and
 * says so of each batch that cannot write in the log: at once, then once a minute, and when it goes on.
 *
 * <p>Thread-safe. What is in flight stays in flight, and is written when the batch goes on.
 */
public final class HeldPipelines implements BatchListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HeldPipelines.class);

    private record Reminded(Held held, ScheduledFuture<?> reminder) {}

    private final InflightLimit limit;
    private final InstantSource clock;
    private final Duration interval;
    private final Map<String, Reminded> holds = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor reminders;

    /** @param interval the time between two lines about the same hold */
    public HeldPipelines(InflightLimit limit, InstantSource clock, Duration interval) {
        this.limit = limit;
        this.clock = clock;
        this.interval = interval;
        this.reminders = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "held-pipelines");
            thread.setDaemon(true);
            return thread;
        });
        reminders.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void holding(Held held) {
        if (held.pauses()) {
            held.pipelines().forEach(pipeline -> limit.source(pipeline).hold(held.batch()));
        } else {
            limit.sources().forEach(source -> source.letGo(held.batch()));
        }
        holds.compute(held.batch(), (batch, before) -> {
            if (before != null) {
                before.reminder.cancel(false);
            }
            return new Reminded(held, remind(held));
        });
    }

    @Override
    public void released(String name) {
        Reminded ended = holds.remove(name);
        limit.sources().forEach(source -> source.letGo(name));
        if (ended != null) {
            ended.reminder.cancel(false);
            Duration lasted = Duration.between(ended.held.since(), clock.instant());
            LOG.info("batch:{} goes on after {} s, and so do {}", name, lasted.toSeconds(), ended.held.pipelines());
        }
    }

    /** What cannot write at this moment. */
    Collection<Held> holds() {
        return holds.values().stream().map(Reminded::held).toList();
    }

    /** Returns when the last reminder has been said. */
    @Override
    public void close() {
        List<Runnable> never = reminders.shutdownNow();
        try {
            boolean ended = reminders.awaitTermination(1, TimeUnit.SECONDS);
            LOG.debug("Closed with {} holds, reminders ended: {}", never.size(), ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ScheduledFuture<?> remind(Held held) {
        return reminders.scheduleAtFixedRate(
                () -> LOG.warn(
                        "{}. {} {}; nothing is lost.", held, held.pipelines(), held.pauses() ? "paused" : "wait"),
                0,
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }
}
