package dev.headgate.bench;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What happened between the first commit and the last; the messages of the first are left out. Thread-safe. */
final class CommitMeter {

    /**
     * @param perSecond messages a second
     * @param cpuMicros processor time a message, in microseconds, of everything on the machine that takes part
     */
    record Reading(long perSecond, double cpuMicros) {
        /** By rate, of an odd number of readings. */
        static Reading median(List<Reading> readings) {
            return readings.stream()
                    .sorted(Comparator.comparingLong(Reading::perSecond))
                    .toList()
                    .get(readings.size() / 2);
        }
    }

    private final long expected;
    private final LongSupplier cpu;
    private final CountDownLatch done = new CountDownLatch(1);
    private long firstNanos;
    private long firstCpu;
    private long firstCount;
    private long lastNanos;
    private long lastCpu;
    private long count;

    /** @param cpu the processor time used until now, in microseconds */
    CommitMeter(long expected, LongSupplier cpu) {
        this.expected = expected;
        this.cpu = cpu;
    }

    synchronized void committed(int messages) {
        if (count == 0) {
            firstNanos = System.nanoTime();
            firstCpu = cpu.getAsLong();
            firstCount = messages;
        }
        count += messages;
        if (count >= expected) {
            lastNanos = System.nanoTime();
            lastCpu = cpu.getAsLong();
            done.countDown();
        }
    }

    boolean await(Duration longest) throws InterruptedException {
        return done.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    synchronized Reading reading() {
        long measured = count - firstCount;
        return new Reading(
                Math.round(measured * 1e9 / (lastNanos - firstNanos)),
                Math.round(10.0 * (lastCpu - firstCpu) / measured) / 10.0);
    }
}
