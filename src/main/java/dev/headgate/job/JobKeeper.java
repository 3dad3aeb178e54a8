package dev.headgate.job;

import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.FailureLog;
import dev.headgate.failure.Listeners;
import dev.headgate.polling.IdlePause;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Twice a second, by one question to the table as long as there is nothing to do: makes available what is due, rescues the
 * jobs of processes that died, enqueues runs of schedules, and ends handlers whose jobs were cancelled; after a minute of
 * nothing every two seconds, while no handler is at work. Also renews the lease of this process. Handlers that take too long,
 * or have lost their lease, are ended by a thread that waits for no server.
 */
final class JobKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(JobKeeper.class);
    private static final Duration TICK = Duration.ofMillis(500);

    private final Lease lease;
    private final LeaseTable leases;
    private final JobTable table;
    private final Listeners<JobListener> listeners;
    private final Collection<JobConsumer> consumers;
    private final FailureLog outage;
    private final ScheduledExecutorService threads;
    private final IdlePause idle = new IdlePause(TICK);
    /** Ticks to let pass if no handler is at work. */
    private long rest;

    /** @param consumers as they are at each moment */
    JobKeeper(
            CamelContext context,
            Lease lease,
            LeaseTable leases,
            JobTable table,
            Listeners<JobListener> listeners,
            Collection<JobConsumer> consumers) {
        this.lease = lease;
        this.leases = leases;
        this.table = table;
        this.listeners = listeners;
        this.consumers = consumers;
        this.outage = new FailureLog(LOG, "Keeping jobs", InstantSource.system(), Diagnosis.in(context));
        this.threads = context.getExecutorServiceManager().newScheduledThreadPool(this, "job-keeper", 2);
        List.<Runnable>of(this::keep, this::watch).forEach(this::everyTick);
    }

    /** Gives up the lease; no handler may be at work any more. */
    void stop(CamelContext context) {
        context.getExecutorServiceManager().shutdownGraceful(threads, 5_000);
        try {
            lease.giveUp();
        } catch (RuntimeException e) {
            LOG.debug("The lease was not given up, and expires", e);
        }
    }

    private void everyTick(Runnable task) {
        ScheduledFuture<?> unused = threads.scheduleWithFixedDelay(task, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void watch() {
        consumers.forEach(consumer -> consumer.worker().watch());
    }

    private void keep() {
        try {
            long before = lease.current();
            lease.keep();
            if (lease.current() != before) {
                consumers.forEach(JobConsumer::wake);
            }
            boolean works =
                    consumers.stream().anyMatch(consumer -> consumer.worker().inHand() > 0);
            if (rest > 0 && !works) {
                rest--;
                return;
            }
            boolean found = look();
            rest = idle.after(found || works).dividedBy(TICK) - 1;
            outage.over();
        } catch (Throwable e) { // without its thread no lease would be renewed
            outage.failed(e, "trying again");
        }
    }

    /** Does what there is to do; whether there was anything. */
    private boolean look() {
        JobTable.Chores chores = table.chores(lease.current());
        Set<String> refilled = new HashSet<>(chores.due() ? table.stage() : List.of());
        refilled.addAll(chores.lost() ? rescue() : Set.of());
        for (JobConsumer consumer : consumers) {
            if (consumer.runSchedule() > 0 || refilled.contains(consumer.queue())) {
                refilled.add(consumer.queue());
                consumer.wake();
            }
        }
        if (chores.cancelled()) {
            Set<Long> cancelled = new HashSet<>(table.cancelled(lease.current()));
            consumers.forEach(consumer -> consumer.worker().cancel(cancelled));
        }
        return !refilled.isEmpty() || chores.cancelled();
    }

    private Set<String> rescue() {
        List<Long> lost = leases.lost();
        Set<String> queues = new HashSet<>();
        if (!lost.isEmpty()) {
            for (JobTable.Changed job : table.rescue(lost)) {
                queues.add(job.queue());
                listeners.tell(listener -> listener.rescued(job.queue(), job.state()));
            }
            LOG.info("Rescued jobs of processes that died or stopped: {}", queues);
        }
        return queues;
    }
}
