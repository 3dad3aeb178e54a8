package dev.headgate.job;

import dev.headgate.HeadgateException;
import java.time.Duration;
import org.apache.camel.util.TimeUtils;

/** Thrown by a handler that wants to be asked again later; the attempt does not count. */
public class SnoozeException extends HeadgateException {

    private final Duration delay;

    public SnoozeException(Duration delay) {
        super("snoozed for " + delay);
        this.delay = delay;
    }

    /**
     * For {@code throwException} in a route.
     *
     * @param delay such as {@code 10m}, as Camel writes durations
     */
    public SnoozeException(String delay) {
        this(Duration.ofMillis(TimeUtils.toMilliSeconds(delay)));
    }

    public Duration delay() {
        return delay;
    }
}
