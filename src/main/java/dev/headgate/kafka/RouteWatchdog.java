package dev.headgate.kafka;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which thread routes what a poll returned, and since when; so that a stop can break off a step that keeps a record
 * waiting, as a slow throttle does. Thread-safe.
 */
final class RouteWatchdog {

    private @Nullable Thread thread;
    private long since;
    private boolean brokenOff;

    /** The calling thread goes to route records. */
    synchronized void begin() {
        thread = Thread.currentThread();
        since = System.nanoTime();
    }

    /** The calling thread is back. It is not interrupted for having been broken off. */
    synchronized void end() {
        thread = null;
        if (brokenOff) {
            brokenOff = false;
            Thread.interrupted();
        }
    }

    /** Interrupts the thread if it has been away for longer than given; returns whether it did. */
    synchronized boolean breakOff(Duration longerThan) {
        if (thread == null || System.nanoTime() - since < longerThan.toNanos()) {
            return false;
        }
        brokenOff = true;
        thread.interrupt();
        return true;
    }
}
