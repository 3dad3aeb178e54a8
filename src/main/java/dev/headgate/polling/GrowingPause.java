package dev.headgate.polling;

import java.time.Duration;

/**
 * How long to pause after a look that has found nothing, when one before it has: where something was, there is often more.
 * First 25 ms, then each time twice as long, until that is the pause of those who have found nothing for long. One thread's.
 */
public final class GrowingPause {

    private static final Duration FIRST = Duration.ofMillis(25);

    private Duration next = FIRST;

    /** A look has found something. */
    public void found() {
        next = FIRST;
    }

    /**
     * How long to pause now.
     *
     * @param longest the pause of those who have found nothing for long
     */
    public Duration next(Duration longest) {
        if (next.compareTo(longest) >= 0) {
            return longest;
        }
        Duration now = next;
        next = now.multipliedBy(2);
        return now;
    }
}
