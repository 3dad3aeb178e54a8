package dev.headgate.position;

/** What one attempt of a lane writes of one partition. Used by the lane's thread only. */
public final class LaneAttempt {

    private final OffsetSet offsets = new OffsetSet();
    private long applied;
    private long duplicates;
    private long deadLetters;
    private long parts;
    private boolean keyed = true;

    /**
     * The message ends with this attempt. One that had ended before, as a commit whose answer was lost turns out to have
     * succeeded, is not counted again.
     */
    public void add(LanePlace place, Outcome outcome) {
        keyed &= place.keyed();
        if (place.part()) {
            parts++;
        }
        if (!place.isApplied()) {
            switch (outcome) {
                case APPLIED -> applied++;
                case DUPLICATE -> duplicates++;
                case DEAD_LETTER -> deadLetters++;
                case FILTERED -> throw new IllegalArgumentException("what is filtered comes to no lane");
            }
        }
        if (!place.part()) {
            offsets.add(place.offset());
        }
    }

    OffsetSet offsets() {
        return offsets;
    }

    Outcomes outcomes() {
        return new Outcomes(applied, duplicates, deadLetters, 0, parts);
    }

    boolean keyed() {
        return keyed;
    }
}
