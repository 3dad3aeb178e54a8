package dev.headgate.batch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets as many lanes write at once as the {@link WriteLimit} allows; the others wait. Thread-safe. */
final class WriteGate {

    /** Bounds the wait, for a lane that is told to stop meanwhile. */
    private static final long LOOK_MILLIS = 50;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final WriteLimit limit;
    private int writing;

    WriteGate(WriteLimit limit) {
        this.limit = limit;
    }

    /** Waits for its turn; false if the lane was stopped meanwhile, which then has not entered. */
    boolean enter(Lane lane) {
        lock.lock();
        try {
            while (writing >= limit.lanes()) {
                if (lane.isStopped()) {
                    return false;
                }
                boolean unused = changed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
            writing++;
            return true;
        } catch (InterruptedException e) {
            lane.stop();
            return false;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            writing--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The lanes that are writing now. */
    int writing() {
        lock.lock();
        try {
            return writing;
        } finally {
            lock.unlock();
        }
    }
}
