package dev.headgate.manage;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.BatchListener;
import dev.headgate.batch.Held;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses the sources of a batch that meets an outage, from its first lane's failure until all its lanes write again, and
 * says so of each batch that cannot write in the log: at once, then once a minute with the present reason, and when it goes
 * on. What cannot write again within a minute did not go on: it keeps to one line a minute, which says how often.
 *
 * <p>Thread-safe. What is in flight stays in flight, and is written when the batch goes on.
 */
public final class HeldPipelines implements BatchListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HeldPipelines.class);

    private final InflightLimit limit;
    private final InstantSource clock;
    private final Duration interval;
    private final Map<String, Held> holds = new ConcurrentHashMap<>();
    /** Also those that go on, until they have done so for the interval. */
    private final Map<String, Trouble> troubles = new HashMap<>();

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
            held.pipelines().forEach(pipeline -> limit.source(pipeline).pause(held.batch()));
        } else {
            limit.sources().forEach(source -> source.resume(held.batch()));
        }
        synchronized (troubles) {
            boolean begins = holds.put(held.batch(), held) == null;
            Trouble trouble = troubles.get(held.batch());
            if (trouble == null) {
                troubles.put(held.batch(), new Trouble(held));
            } else {
                trouble.holding(held, begins);
            }
        }
    }

    @Override
    public void released(String name) {
        end(name, Trouble::released);
    }

    @Override
    public void abandoned(String name) {
        end(name, Trouble::abandoned);
    }

    private void end(String name, Consumer<Trouble> how) {
        limit.sources().forEach(source -> source.resume(name));
        synchronized (troubles) {
            Trouble trouble = troubles.get(name);
            if (holds.remove(name) != null && trouble != null) {
                how.accept(trouble);
            }
        }
    }

    /** What cannot write at this moment. */
    public Collection<Held> holds() {
        return List.copyOf(holds.values());
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

    /** What is said about one batch, from its first hold until it was not held for the interval. */
    private final class Trouble {

        private final Instant since;
        private final ScheduledFuture<?> ticks;
        private Held held;
        private long holds = 1;
        private boolean heldSinceTick;

        Trouble(Held held) {
            this.held = held;
            this.since = held.since();
            this.ticks = reminders.scheduleAtFixedRate(
                    this::tick, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
            sayItIsHeld();
        }

        void holding(Held now, boolean begins) {
            held = now;
            heldSinceTick = true;
            holds += begins ? 1 : 0;
        }

        void released() {
            if (holds == 1) {
                sayItGoesOn();
            }
        }

        void abandoned() {
            LOG.info(
                    "batch:{} has stopped and was not written; what it had is not acknowledged and comes again",
                    held.batch());
            forget();
        }

        private void forget() {
            ticks.cancel(false);
            troubles.remove(held.batch());
        }

        private void tick() {
            synchronized (troubles) {
                boolean isHeld = HeldPipelines.this.holds.containsKey(held.batch());
                if (isHeld || heldSinceTick) {
                    sayItIsHeld();
                } else {
                    if (holds > 1) {
                        sayItGoesOn();
                    }
                    forget();
                }
                heldSinceTick = false;
            }
        }

        private void sayItIsHeld() {
            String often = holds == 1 ? "" : " (held %d times since %s)".formatted(holds, since);
            LOG.warn("{}{}. {} {}; nothing is lost.", held, often, held.pipelines(), held.pauses() ? "paused" : "wait");
        }

        private void sayItGoesOn() {
            String when = holds == 1
                    ? "after " + Duration.between(since, clock.instant()).toSeconds() + " s"
                    : "after it was held %d times since %s".formatted(holds, since);
            LOG.info("batch:{} goes on {}, and so do {}", held.batch(), when, held.pipelines());
        }
    }
}
