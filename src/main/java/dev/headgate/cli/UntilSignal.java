package dev.headgate.cli;

import dev.headgate.app.Headgate;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the application running until it is stopped, and turns SIGTERM and SIGINT into a graceful stop.
 *
 * <p>A process that the JVM ends on a signal exits with 143 or 130. As an orderly stop is a success, the hook ends the
 * process itself: with 0, or with 1 if stopping failed.
 */
final class UntilSignal {

    private static final Logger LOG = LoggerFactory.getLogger(UntilSignal.class);

    private final Headgate headgate;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stopAndHalt, "headgate-stop");

    UntilSignal(Headgate headgate) {
        this.headgate = headgate;
    }

    /** Returns when the context was stopped other than by a signal, by JMX for example. */
    void await() throws InterruptedException {
        headgate.camelContext().addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopped(CamelContext context) {
                stopped.countDown();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        stopped.await();
        if (removeHook()) {
            headgate.close();
        } else {
            hook.join();
        }
    }

    /** False if the hook runs already. */
    private boolean removeHook() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private void stopAndHalt() {
        int exitCode = 0;
        try {
            LOG.info("Stopping: finishing what is in flight");
            headgate.close();
            LOG.info("Stopped");
        } catch (RuntimeException e) {
            LOG.error("Stopping failed; what was in flight is delivered again at the next start", e);
            exitCode = 1;
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
