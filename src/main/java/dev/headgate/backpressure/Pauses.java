package dev.headgate.backpressure;

import java.time.Duration;

/** How often and how long a source has paused. It pauses while at least one of its consumers does. Thread-safe. */
public final class Pauses {

    private int pausing;
    private long since;
    private long pauses;
    private long resumes;
    private long pausedNanos;

    /** A consumer of the source begins to pause. */
    public synchronized void begin() {
        if (pausing++ == 0) {
            pauses++;
            since = System.nanoTime();
        }
    }

    /** A consumer that paused goes on, or ends. */
    public synchronized void end() {
        if (--pausing == 0) {
            resumes++;
            pausedNanos += System.nanoTime() - since;
        }
    }

    public synchronized boolean isPausing() {
        return pausing > 0;
    }

    /** How often the source has begun to pause. */
    public synchronized long pauses() {
        return pauses;
    }

    /** How often it went on. */
    public synchronized long resumes() {
        return resumes;
    }

    /** How long the pause that lasts has lasted; zero if there is none. */
    public synchronized Duration current() {
        return pausing > 0 ? Duration.ofNanos(System.nanoTime() - since) : Duration.ZERO;
    }

    /** All its pauses together, the one that lasts included. */
    public synchronized Duration total() {
        return Duration.ofNanos(pausedNanos + (pausing > 0 ? System.nanoTime() - since : 0));
    }
}
