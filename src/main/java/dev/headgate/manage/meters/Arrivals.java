package dev.headgate.manage.meters;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * How many messages have waited in one source for a given time at least, told from how many had come by then: no timestamp
 * that a sender has chosen, in the past or in the future, changes it. Not thread-safe.
 */
final class Arrivals {

    private record Seen(long nanoTime, long come) {}

    private final long patienceNanos;
    /** The first is the latest that is old enough, if any is. */
    private final ArrayDeque<Seen> seen = new ArrayDeque<>();

    Arrivals(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Remembers what the source says now.
     *
     * @param come messages that have ever come
     * @param taken those of them that do not wait any more
     * @return those that wait and had come so long ago; none as long as nothing is known from then
     */
    long late(long nanoTime, long come, long taken) {
        seen.addLast(new Seen(nanoTime, come));
        while (seen.size() > 1 && isOld(second(), nanoTime)) {
            seen.removeFirst();
        }
        Seen then = seen.getFirst();
        return isOld(then, nanoTime) ? Math.max(0, Math.min(then.come, come) - taken) : 0;
    }

    private boolean isOld(Seen moment, long nanoTime) {
        return nanoTime - moment.nanoTime >= patienceNanos;
    }

    private Seen second() {
        Seen first = seen.removeFirst();
        Seen second = seen.getFirst();
        seen.addFirst(first);
        return second;
    }
}
