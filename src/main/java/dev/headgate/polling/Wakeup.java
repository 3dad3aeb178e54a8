package dev.headgate.polling;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets one thread wait and any thread end its wait. A wake that comes before the wait is not lost: it ends the next one at
 * once. Many wakes between two waits count as one.
 */
public final class Wakeup {

    private final Semaphore wakes = new Semaphore(0);

    public void wake() {
        if (wakes.availablePermits() == 0) {
            wakes.release();
        }
    }

    /** Returns when woken, or after the given time, or when the thread is interrupted (the interruption is consumed). */
    @SuppressWarnings("Interruption")
    public void await(Duration longest) {
        try {
            if (wakes.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
                wakes.drainPermits();
            }
        } catch (InterruptedException e) {
            // The waiting thread looks at its own state next; a pending interruption would only make it spin.
        }
    }
}
