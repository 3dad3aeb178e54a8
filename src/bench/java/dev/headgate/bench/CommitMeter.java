package dev.headgate.bench;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The rate of commits, from the first to the last. Thread-safe. */
final class CommitMeter {

    private final long expected;
    private final CountDownLatch done = new CountDownLatch(1);
    private long first;
    private long firstCount;
    private long last;
    private long count;

    CommitMeter(long expected) {
        this.expected = expected;
    }

    synchronized void committed(int messages) {
        last = System.nanoTime();
        if (count == 0) {
            first = last;
            firstCount = messages;
        }
        count += messages;
        if (count >= expected) {
            done.countDown();
        }
    }

    boolean await(Duration longest) throws InterruptedException {
        return done.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Messages a second; those of the first commit are left out, as is the time before it. */
    synchronized long perSecond() {
        return Math.round((count - firstCount) * 1e9 / (last - first));
    }
}
