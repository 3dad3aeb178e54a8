package dev.headgate.job;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.Listeners;
import dev.headgate.polling.IdlePause;
import dev.headgate.polling.Poller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the jobs of a queue, gives them to handlers, and ends their attempts: all that one poll's time brought in one
 * statement, so that many short jobs share a round trip and a commit.
 *
 * <p>The poller's thread calls {@link #look}; as many threads as there may be handlers run {@link #handle}.
 */
final class JobWorker implements Poller.Work {

    /** What a job is for. */
    interface Handler {
        /** Makes the attempt on this thread, and says once how it ended: by null or a failure, on any thread, any time. */
        void handle(Job job, Result result);
    }

    /** Takes how an attempt ended. */
    interface Result {
        void ended(@Nullable Throwable failure);
    }

    /** @param timeout zero for none */
    record Options(
            String queue, int concurrency, int maxAttempts, Duration timeout, Backoff backoff, Duration pollInterval) {}

    /** @param cause if it has failed */
    private record Settled(
            Job job,
            JobOutcome outcome,
            Duration took,
            @Nullable Throwable cause) {
        static Settled givenBack(Job job) {
            return new Settled(job, JobOutcome.GIVEN_BACK, Duration.ZERO, null);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(JobWorker.class);
    private static final int MOST_AT_ONCE = 2_000;
    /** Attempts that end within it are settled together, as long as the handlers have more to do. */
    private static final Duration TOGETHER = Duration.ofMillis(20);

    private final Options options;
    private final JobTable table;
    private final Lease lease;
    private final Attempts attempts;
    private final JobRate rate;
    private final Handler handler;
    private final Listeners<JobListener> listeners;
    private final FetchAhead ahead;
    private final Runnable wake;
    private final IdlePause idle;

    private final BlockingQueue<Job> ready = new LinkedBlockingQueue<>();
    private final Queue<Settled> settled = new ConcurrentLinkedQueue<>();
    private final Set<JobRun> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inHand = new AtomicInteger();
    private final List<Settled> ending = new ArrayList<>();
    private volatile boolean claiming = true;
    private volatile long settledNanos = System.nanoTime();

    JobWorker(
            Options options,
            JobTable table,
            Lease lease,
            Attempts attempts,
            JobRate rate,
            Handler handler,
            Listeners<JobListener> listeners,
            Runnable wake) {
        this.options = options;
        this.table = table;
        this.lease = lease;
        this.attempts = attempts;
        this.rate = rate;
        this.handler = handler;
        this.listeners = listeners;
        this.ahead = new FetchAhead(options.concurrency());
        this.wake = wake;
        this.idle = new IdlePause(options.pollInterval());
    }

    /** Jobs claimed whose attempts have not ended. */
    int inHand() {
        return inHand.get();
    }

    /** Claims no more, and gives back what no handler has begun; or claims again. */
    void claiming(boolean wanted) {
        claiming = wanted;
        if (!wanted) {
            for (Job job = ready.poll(); job != null; job = ready.poll()) {
                settled.add(Settled.givenBack(job));
            }
        }
        wake.run();
    }

    @Override
    public Poller.Look look() {
        boolean asked = settle();
        long current = lease.current();
        int room = options.concurrency() + ahead.jobs() - inHand.get();
        int most = Math.min(Math.min(room, rate.available()), MOST_AT_ONCE);
        if (!claiming || current == 0 || room <= 0) {
            return new Poller.Look(options.pollInterval(), asked);
        }
        if (most == 0) {
            return new Poller.Look(rate.untilMore(), asked);
        }
        List<Job> claimed = attempts.claim(table, most, options.maxAttempts(), current);
        rate.taken(claimed.size());
        inHand.addAndGet(claimed.size());
        ready.addAll(claimed);
        if (!claiming) { // since then
            claiming(false);
        }
        Duration pause = idle.after(asked || inHand.get() > 0);
        return new Poller.Look(claimed.size() == most && most < room ? Duration.ZERO : pause, true);
    }

    @Override
    public void release() {}

    /** Interrupts handlers that take too long, and those whose jobs others may have by now. Asks no server. */
    void watch() {
        for (JobRun run : running) {
            if (!lease.holds(run.job().lease())) {
                run.interrupt(JobRun.Cause.LEASE_LOST);
            } else if (!options.timeout().isZero() && run.took().compareTo(options.timeout()) > 0) {
                run.interrupt(JobRun.Cause.TIMEOUT);
            }
        }
    }

    /** Interrupts the handlers of cancelled jobs. */
    void cancel(Set<Long> ids) {
        for (JobRun run : running) {
            if (ids.contains(run.job().id())) {
                run.interrupt(JobRun.Cause.CANCELLED);
            }
        }
    }

    /** Handles jobs until the thread is interrupted by whom it belongs to. */
    void handle() {
        try {
            while (true) {
                Job job = ready.take();
                if (lease.holds(job.lease())) {
                    run(job);
                } else {
                    attempts.ended(job);
                    inHand.decrementAndGet();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Job job) {
        JobRun run = new JobRun(job);
        running.add(run);
        Duration lag = job.lag().plusNanos(System.nanoTime() - job.claimedNanos());
        listeners.tell(listener -> listener.started(job.queue(), lag));
        try {
            handler.handle(job, failure -> ended(run, failure));
        } catch (RuntimeException | Error e) {
            ended(run, e);
        } finally {
            run.end();
            running.remove(run);
        }
    }

    private void ended(JobRun run, @Nullable Throwable failure) {
        if (run.settle()) {
            settled.add(failure == null ? completed(run) : failed(run, failure));
            if (ready.isEmpty() || System.nanoTime() - settledNanos >= TOGETHER.toNanos()) {
                wake.run();
            }
        }
    }

    private static Settled completed(JobRun run) {
        return new Settled(run.job(), JobOutcome.COMPLETED, run.took(), null);
    }

    private Settled failed(JobRun run, Throwable failure) {
        Job job = run.job();
        Throwable cause = run.timedOut()
                ? new TimeoutException("took longer than " + options.timeout().toMillis() + " ms")
                : failure;
        JobOutcome outcome = JobOutcome.of(cause, job.attempt(), job.maxAttempts(), options.backoff());
        return new Settled(job, outcome, run.took(), cause);
    }

    /** What could not be settled, because the database was away, is settled later; whether there was any. */
    private boolean settle() {
        for (Settled next = settled.poll(); next != null; next = settled.poll()) {
            ending.add(next);
        }
        boolean any = !ending.isEmpty();
        while (!ending.isEmpty()) {
            List<Settled> batch = ending.subList(0, Math.min(ending.size(), MOST_AT_ONCE));
            Map<Long, JobTable.Changed> changed = new HashMap<>();
            end(batch).forEach(job -> changed.put(job.id(), job));
            batch.forEach(attempt -> tell(attempt, changed.get(attempt.job().id())));
            batch.forEach(attempt -> attempts.ended(attempt.job()));
            inHand.addAndGet(-batch.size());
            batch.clear();
        }
        settledNanos = System.nanoTime();
        return any;
    }

    private List<JobTable.Changed> end(List<Settled> attempts) {
        List<JobTable.Changed> changed = new ArrayList<>();
        Map<Long, List<Long>> completed = new HashMap<>();
        List<JobTable.Ended> others = new ArrayList<>();
        for (Settled attempt : attempts) {
            Job job = attempt.job();
            if (attempt.outcome().state() == JobState.COMPLETED) {
                completed
                        .computeIfAbsent(job.lease(), holder -> new ArrayList<>())
                        .add(job.id());
            } else {
                others.add(new JobTable.Ended(job.id(), job.lease(), attempt.outcome()));
            }
        }
        completed.forEach((holder, ids) -> changed.addAll(table.complete(ids, holder)));
        if (!others.isEmpty()) {
            changed.addAll(table.end(others));
        }
        return changed;
    }

    private void tell(Settled attempt, JobTable.@Nullable Changed changed) {
        if (attempt.outcome().equals(JobOutcome.GIVEN_BACK)) {
            return;
        }
        ahead.ended(attempt.took(), attempt.job().bytes());
        if (changed == null) {
            LOG.debug(
                    "Attempt {} of job {} ended after its lease",
                    attempt.job().attempt(),
                    attempt.job().id());
        } else {
            Throwable cause = attempt.cause();
            if (cause != null && (changed.state() == JobState.RETRYABLE || changed.state() == JobState.DISCARDED)) {
                listeners.tell(listener -> listener.failed(changed.queue(), cause));
            }
            listeners.tell(listener -> listener.ended(changed.queue(), changed.state(), attempt.took()));
        }
    }
}
