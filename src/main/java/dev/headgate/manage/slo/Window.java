package dev.headgate.manage.slo;

import java.time.Duration;
import java.util.Locale;

/** A time over which errors are counted, up to now. */
public enum Window {
    /** What waits now, among what has ended in five minutes: the errors that have not ended yet. */
    NOW(Duration.ofMinutes(5)),
    M5(Duration.ofMinutes(5)),
    M30(Duration.ofMinutes(30)),
    H1(Duration.ofHours(1)),
    H6(Duration.ofHours(6)),
    D1(Duration.ofDays(1)),
    D3(Duration.ofDays(3));

    private final int minutes;

    Window(Duration length) {
        this.minutes = (int) length.toMinutes();
    }

    int minutes() {
        return minutes;
    }

    /** Behind {@code headgate:freshness_errors:ratio_} in the name of the recorded rule. */
    public String rule() {
        return this == NOW ? "now" : "rate" + this;
    }

    /** {@code now}, {@code 5m}, {@code 1h}, {@code 3d}. */
    @Override
    public String toString() {
        return this == NOW
                ? "now"
                : name().substring(1) + name().substring(0, 1).toLowerCase(Locale.ROOT);
    }
}
