package dev.headgate.job;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.Listeners;
import dev.headgate.polling.GrowingPause;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the jobs of a queue, gives them to handlers, and ends their attempts: all that one poll's time brought in one
 * statement, so that many short jobs share a round trip and a commit. While some are claimed, others are ended, each on a
 * connection of its own.
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
    /** Attempts that end within it are settled together. */
    private static final Duration TOGETHER = Duration.ofMillis(50);

    private final Options options;
    private final JobTable table;
    private final Lease lease;
    private final Attempts attempts;
    private final JobRate rate;
    private final Handler handler;
    private final Listeners<JobListener> listeners;
    private final FetchAhead ahead;
    private final Runnable wake;
    private final Executor settler;
    private final IdlePause idle;
    private final GrowingPause growing = new GrowingPause();

    private final BlockingQueue<Job> ready = new LinkedBlockingQueue<>();
    private final Queue<Settled> settled = new ConcurrentLinkedQueue<>();
    private final Set<JobRun> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inHand = new AtomicInteger();
    /** Of those in hand the ones that no handler is done with. */
    private final AtomicInteger open = new AtomicInteger();
    /** Of the thread that settles: the poller's, or that which it waits for. */
    private final List<Settled> ending = new ArrayList<>();

    private volatile boolean claiming = true;
    /** Whether the last claim found fewer than it asked for, and nobody has said since that there are more. */
    private volatile boolean dry;

    /** Whether there is more to settle than when that was done last. */
    private final AtomicBoolean toSettle = new AtomicBoolean();

    private long nextClaimNanos = System.nanoTime();
    private volatile long settledNanos = System.nanoTime();

    /** @param settler runs what ends attempts, while the poller's thread claims others and waits for it */
    JobWorker(
            Options options,
            JobTable table,
            Lease lease,
            Attempts attempts,
            JobRate rate,
            Handler handler,
            Listeners<JobListener> listeners,
            Runnable wake,
            Executor settler) {
        this.options = options;
        this.table = table;
        this.lease = lease;
        this.attempts = attempts;
        this.rate = rate;
        this.handler = handler;
        this.listeners = listeners;
        this.ahead = new FetchAhead(options.concurrency());
        this.wake = wake;
        this.settler = settler;
        this.idle = new IdlePause(options.pollInterval());
    }

    /** Jobs claimed whose attempts have not ended. */
    int inHand() {
        return inHand.get();
    }

    /** Claims no more, and gives back what no handler has begun; or claims again. */
    void claiming(boolean wanted) {
        claiming = wanted;
        dry = false;
        if (!wanted) {
            for (Job job = ready.poll(); job != null; job = ready.poll()) {
                settled.add(Settled.givenBack(job));
                toSettle.set(true);
                open.decrementAndGet();
            }
        }
        wake.run();
    }

    /** Others have said that there may be more jobs; before, none are looked for until the pause after the last look is over. */
    void refilled() {
        dry = false;
        wake.run();
    }

    @Override
    public Poller.Look look() throws Exception {
        // While what has failed to be settled cannot be, no more is claimed.
        boolean asked = !ending.isEmpty() && settle();
        boolean settles = !claiming || untilSettled().isZero();
        long current = lease.current();
        int room = options.concurrency() + ahead.jobs() - open.get();
        Duration later = untilClaim(current, room);
        if (!later.isZero()) {
            boolean found = settles && settle();
            return orSettle(later, asked || found);
        }
        if (!settles || settled.isEmpty()) {
            return claim(current, room, asked);
        }
        var settling = new FutureTask<>(this::settle);
        settler.execute(settling);
        try {
            return claim(current, room, true);
        } finally {
            await(settling);
        }
    }

    /** Comes back for what is to be settled, if that is due before. */
    private Poller.Look orSettle(Duration pause, boolean asked) {
        Duration settling = untilSettled();
        boolean sooner = toSettle.get() && settling.compareTo(pause) < 0;
        return new Poller.Look(sooner ? settling : pause, asked);
    }

    private Duration untilSettled() {
        return Duration.ofNanos(Math.max(0, settledNanos + TOGETHER.toNanos() - System.nanoTime()));
    }

    private static void await(FutureTask<?> settling) throws Exception {
        try {
            settling.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** How long no more are to be claimed, unless woken. Where much is waiting for handlers, many are claimed at once. */
    private Duration untilClaim(long current, int room) {
        if (!claiming || current == 0) {
            return options.pollInterval();
        }
        if (room <= 0 || (!ready.isEmpty() && room < (options.concurrency() + ahead.jobs()) / 2)) {
            // Who makes room says so, unless it is known that nothing waits for it.
            return dry && TOGETHER.compareTo(options.pollInterval()) < 0 ? TOGETHER : options.pollInterval();
        }
        if (rate.available() == 0) {
            return rate.untilMore();
        }
        return dry ? Duration.ofNanos(Math.max(0, nextClaimNanos - System.nanoTime())) : Duration.ZERO;
    }

    private Poller.Look claim(long current, int room, boolean asked) {
        int most = Math.min(Math.min(room, rate.available()), MOST_AT_ONCE);
        dry = true; // unless somebody says otherwise meanwhile
        List<Job> claimed = attempts.claim(table, most, options.maxAttempts(), current);
        if (claimed.size() == most) {
            dry = false;
        }
        rate.taken(claimed.size());
        inHand.addAndGet(claimed.size());
        open.addAndGet(claimed.size());
        ready.addAll(claimed);
        if (!claiming) { // since then
            claiming(false);
        }
        if (!claimed.isEmpty()) {
            growing.found();
        }
        Duration pause = growing.next(idle.after(asked || inHand.get() > 0));
        nextClaimNanos = System.nanoTime() + pause.toNanos();
        return orSettle(claimed.size() == most && most < room ? Duration.ZERO : pause, true);
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
                    open.decrementAndGet();
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
            open.decrementAndGet();
            boolean first = toSettle.compareAndSet(false, true);
            boolean more = ready.isEmpty() && !dry;
            if (first || more || !claiming) {
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
        toSettle.set(false);
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
