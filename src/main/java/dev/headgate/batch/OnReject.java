package dev.headgate.batch;

/** What becomes of the later messages of a key when one of its messages is refused. */
public enum OnReject {
    /** They are applied. */
    CONTINUE,
    /** They become dead letters themselves, held until the refused one is replayed or discarded. */
    HOLD_KEY;

    /** As the endpoint's option spells it. */
    static OnReject of(String option) {
        return switch (option) {
            case "continue" -> CONTINUE;
            case "hold-key" -> HOLD_KEY;
            default -> throw new IllegalArgumentException("onReject must be continue or hold-key, found " + option);
        };
    }
}
