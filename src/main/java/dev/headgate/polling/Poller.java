package dev.headgate.polling;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.FailureLog;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ShutdownStrategy;
import org.jspecify.annotations.Nullable;

/**
 * A thread that looks for work until it is stopped: at once after a look that found some or after a {@link #wake}, else
 * after the pause that the last look asked for; after a failure when a growing delay of at most five seconds is over.
 * Thread-safe.
 */
public final class Poller {

    /**
     * A look that did not fail.
     *
     * @param pause how long to pause unless woken; zero to look again at once
     * @param asked whether what had failed has answered; a look that asked nobody ends no failure
     */
    public record Look(Duration pause, boolean asked) {}

    /** What the thread does; called by it only. */
    public interface Work {

        /** Looks once. */
        Look look() throws Exception;

        /** Gives up what is held between looks: after a failure, on a suspension, at the end. May be called twice. */
        void release();
    }

    private static final Duration UNTIL_WOKEN = Duration.ofDays(1);
    private static final Backoff RECOVERY =
            new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(5), Backoff.Jitter.HALF);

    private final Work work;
    private final FailureLog outage;
    private final Wakeup wakeup = new Wakeup();
    private final Wakeup lifecycle = new Wakeup();
    private volatile boolean running;
    private volatile boolean suspended;
    private volatile @Nullable ExecutorService executor;

    public Poller(Work work, FailureLog outage) {
        this.work = work;
        this.outage = outage;
    }

    /**
     * Begins.
     *
     * @param name of the thread
     */
    public synchronized void start(CamelContext context, String name) {
        running = true;
        suspended = false;
        executor = context.getExecutorServiceManager().newSingleThreadExecutor(this, name);
        executor.execute(this::run);
    }

    /** Ends the pause in hand, if there is one, or the next; cheap, and never blocks. */
    public void wake() {
        wakeup.wake();
    }

    /** Lets the look in hand end, then makes none until it is resumed. */
    public void suspend() {
        suspended = true;
        wakeAll();
    }

    public void resume() {
        suspended = false;
        wakeAll();
    }

    /** Lets the look in hand end, within the time that the context has for a stop. */
    public synchronized void stop(CamelContext context) {
        running = false;
        wakeAll();
        if (executor != null) {
            ShutdownStrategy strategy = context.getShutdownStrategy();
            context.getExecutorServiceManager()
                    .shutdownGraceful(executor, strategy.getTimeUnit().toMillis(strategy.getTimeout()));
            executor = null;
        }
    }

    /** Interrupts the look in hand; there is no other. */
    public void interrupt() {
        running = false;
        ExecutorService current = executor;
        if (current != null) {
            current.shutdownNow();
        }
    }

    private void wakeAll() {
        wakeup.wake();
        lifecycle.wake();
    }

    private void run() {
        while (running) {
            if (suspended) {
                work.release();
                lifecycle.await(UNTIL_WOKEN);
                continue;
            }
            try {
                Look look = work.look();
                if (look.asked) {
                    outage.over();
                }
                if (!look.pause.isZero()) {
                    wakeup.await(look.pause);
                }
            } catch (Throwable e) { // whatever it was, without its thread there would be a silent standstill
                work.release();
                outage.failed(e, "trying again");
                lifecycle.await(RECOVERY.after(outage.streak()));
            }
        }
        work.release();
    }
}
