package dev.headgate.manage.slo;

import java.time.Duration;
import java.util.Locale;

/** What Headgate promises of each pipeline, and the share that may miss it. */
public enum Objective {
    FRESHNESS("99 % of the messages end within 60 s of their own timestamp", 0.01),
    RELIABILITY("less than 0.1 % of the messages fail without becoming a dead letter", 0.001),
    CAPACITY("lag is back at its baseline within 10 minutes, 99 % of the time", 0.01);

    /** How old a message may be at its end, and while it waits, to be fresh. */
    public static final Duration FRESH = Duration.ofSeconds(60);

    private final String text;
    private final double budget;

    Objective(String text, double budget) {
        this.text = text;
        this.budget = budget;
    }

    /** The promise as a person reads it. */
    public String text() {
        return text;
    }

    /** The share of errors that the objective allows. */
    public double budget() {
        return budget;
    }

    /** {@code freshness}, {@code reliability}, {@code capacity}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
