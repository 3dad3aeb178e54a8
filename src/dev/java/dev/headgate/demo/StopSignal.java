package dev.headgate.demo;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * Turns Ctrl-C and SIGTERM into a request to stop, and lets the command finish before the process ends with its exit
 * code.
 */
final class StopSignal {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stopAndHalt, "demo-stop");
    private volatile int exitCode = 1;

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Reaches zero at the signal. */
    CountDownLatch stop() {
        return stop;
    }

    /** The command is done; returns its exit code, or never, if a signal is ending the process. */
    int finished(int code) {
        exitCode = code;
        release();
        return code;
    }

    /** The command failed; says so itself if a signal is ending the process, when nobody else can. */
    void failed(PrintWriter err, Exception failure) {
        if (stop.getCount() == 0) {
            err.println("headgate: " + failure.getMessage());
            err.flush();
        }
        release();
    }

    private void release() {
        if (stop.getCount() > 0) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException endingAlready) {
                // then the hook waits for us
            }
        }
        finished.countDown();
    }

    private void stopAndHalt() {
        stop.countDown();
        try {
            finished.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
