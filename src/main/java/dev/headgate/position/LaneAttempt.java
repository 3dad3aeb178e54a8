package dev.headgate.position;

/** What one attempt of a lane writes of one partition. Used by the lane's thread only. */
public final class LaneAttempt {

    private final OffsetSet offsets = new OffsetSet();
    private Outcomes outcomes = Outcomes.NONE;
    private boolean keyed = true;

    /**
     * The message ends with this attempt. One that had ended before, as a commit whose answer was lost turns out to have
     * succeeded, is not counted again.
     */
    public void add(LanePlace place, Outcome outcome) {
        keyed &= place.keyed();
        if (!place.isApplied()) {
            outcomes = outcomes.plus(Outcomes.of(outcome, place.part()));
        }
        if (!place.part()) {
            offsets.add(place.offset());
        }
    }

    OffsetSet offsets() {
        return offsets;
    }

    Outcomes outcomes() {
        return outcomes;
    }

    boolean keyed() {
        return keyed;
    }
}
