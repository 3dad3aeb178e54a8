package dev.headgate.cli;

import dev.headgate.app.Headgate;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the application running until it is stopped, and turns SIGTERM and SIGINT into a graceful stop.
 *
 * <p>An orderly stop is a success: the process ends with 0, or with 1 if stopping failed or took longer than {@code
 * camel.main.shutdownTimeout}. A second signal ends it at once with 128 and the signal's number (143, 130), and so does
 * the first one while the application is still starting. However it ends, nothing is lost: what was in flight is not
 * acknowledged and comes again.
 */
final class UntilSignal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UntilSignal.class);
    private static final int SIGNALLED = 128;

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch stoppedFromWithin = new CountDownLatch(1);
    /** For what ends the process without a signal that is handled here, such as SIGHUP. */
    private final Thread hook = new Thread(this::stopAndHalt, "headgate-stop");

    private final Runnable restoreTerminate;
    private final Runnable restoreInterrupt;
    private volatile @Nullable Headgate headgate;

    /** Signals are heard from here on. */
    UntilSignal() {
        restoreTerminate = Signals.handle("TERM", this::signalled);
        restoreInterrupt = Signals.handle("INT", this::signalled);
    }

    /** Returns when the context was stopped other than by a signal, by JMX for example. */
    void await(Headgate running) throws InterruptedException {
        running.camelContext().addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopped(CamelContext context) {
                if (!stopping.get()) {
                    stoppedFromWithin.countDown();
                }
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        headgate = running;
        stoppedFromWithin.await();
        running.close();
    }

    /** Signals do again what they did before. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // then the hook ends it
        }
        restoreTerminate.run();
        restoreInterrupt.run();
    }

    private void signalled(int number) {
        if (headgate == null) {
            LOG.info("Stopped before the start was complete");
            Runtime.getRuntime().halt(SIGNALLED + number);
        } else if (stopping.compareAndSet(false, true)) {
            // The thread of a signal cannot take another class loader, as parts of Camel do.
            new Thread(this::stopThenHalt, "headgate-stop").start();
        } else {
            LOG.warn("Stopped at once by a second signal: what was in flight is delivered again at the next start");
            Runtime.getRuntime().halt(SIGNALLED + number);
        }
    }

    /** The hook must not return before the other way to stop has ended the process. */
    private void stopAndHalt() {
        if (stopping.compareAndSet(false, true)) {
            stopThenHalt();
        }
    }

    private void stopThenHalt() {
        int exitCode = 1;
        try {
            exitCode = stop();
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    private int stop() {
        Headgate running = headgate;
        if (running == null) {
            return 1;
        }
        Duration timeout = running.stopTimeout();
        FutureTask<@Nullable Void> closing = new FutureTask<>(running::close, null);
        LOG.info("Stopping: finishing what is in flight, within {} s", timeout.toSeconds());
        new Thread(closing, "headgate-close").start();
        try {
            closing.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("Stopped");
            return 0;
        } catch (TimeoutException e) {
            LOG.error(
                    "Stopped at the timeout of {} s: what was in flight is delivered again at the next start",
                    timeout.toSeconds());
        } catch (ExecutionException e) {
            LOG.error("Stopping failed; what was in flight is delivered again at the next start", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }
}
