package dev.headgate.polling;

import java.time.Duration;

/**
 * How long to pause after a look: after a minute in which none has found anything, four times as long as else, but not
 * longer than two seconds for that. One thread's.
 */
public final class IdlePause {

    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final int TIMES = 4;
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Duration pause;
    private final Duration longer;
    /** The pauses since one has found something, as far as they matter. */
    private Duration quiet = Duration.ZERO;

    /**
     * Begins as if something had just been found.
     *
     * @param pause after a look that has found nothing, while others have
     */
    public IdlePause(Duration pause) {
        this.pause = pause;
        Duration times = pause.multipliedBy(TIMES);
        Duration most = times.compareTo(LONGEST) < 0 ? times : LONGEST;
        this.longer = most.compareTo(pause) > 0 ? most : pause;
    }

    /**
     * How long to pause now.
     *
     * @param found whether the look has found something, or there is something to come back for
     */
    public Duration after(boolean found) {
        if (found) {
            quiet = Duration.ZERO;
            return pause;
        }
        if (quiet.compareTo(IDLE) >= 0) {
            return longer;
        }
        quiet = quiet.plus(pause);
        return pause;
    }
}
