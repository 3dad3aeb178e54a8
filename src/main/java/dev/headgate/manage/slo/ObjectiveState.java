package dev.headgate.manage.slo;

import java.util.Locale;

/** How an objective stands; the worst comes last. */
public enum ObjectiveState {
    /** Nothing has happened that could be counted. */
    NO_DATA,
    OK,
    /** Kept over the last day, but its budget is spent so fast that one of its alerts is due. */
    AT_RISK,
    /** Not kept over the last day, or, if less is known, over what is known. */
    BREACHED;

    /** {@code no data}, {@code ok}, {@code at risk}, {@code breached}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
