package dev.headgate.position;

/**
 * How many messages of a partition have ended how.
 *
 * @param applied have taken effect
 * @param duplicates were dropped, as their key, or their offset, had taken effect before
 * @param deadLetters were stored as such
 * @param filtered came to no batch
 * @param parts of the first three, those that were parts of a message that its route splits
 */
public record Outcomes(long applied, long duplicates, long deadLetters, long filtered, long parts) {

    /** Nothing yet. */
    public static final Outcomes NONE = new Outcomes(0, 0, 0, 0, 0);

    /** The sums. */
    public Outcomes plus(Outcomes other) {
        return new Outcomes(
                applied + other.applied,
                duplicates + other.duplicates,
                deadLetters + other.deadLetters,
                filtered + other.filtered,
                parts + other.parts);
    }

    static Outcomes of(Outcome outcome) {
        return new Outcomes(
                outcome == Outcome.APPLIED ? 1 : 0,
                outcome == Outcome.DUPLICATE ? 1 : 0,
                outcome == Outcome.DEAD_LETTER ? 1 : 0,
                outcome == Outcome.FILTERED ? 1 : 0,
                0);
    }
}
