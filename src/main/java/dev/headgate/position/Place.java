package dev.headgate.position;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where a record stands in the partition that this process owns: an exchange has it as a property from its source on, and so
 * have those of its parts.
 */
public final class Place {

    /** The exchange property. */
    public static final String PROPERTY = "HeadgatePlace";

    private final Tenure tenure;
    private final long offset;
    private final AtomicBoolean inBatch = new AtomicBoolean();

    Place(Tenure tenure, long offset) {
        this.tenure = tenure;
        this.offset = offset;
    }

    /**
     * A batch takes the record, or a part of it.
     *
     * @param lane names the lane among all of the process, the same at each start
     * @param part whether it is a part: its record is then not applied by it
     * @param keyed whether its key goes into the ledger
     */
    public LanePlace in(String lane, boolean part, boolean keyed) {
        inBatch.set(true);
        if (!keyed) {
            tenure.goesWithoutKeys();
        }
        return new LanePlace(tenure.lane(lane), offset, part, keyed);
    }

    /**
     * The record is acknowledged.
     *
     * @param outcome what it counts as, if no batch has taken it
     */
    public void acknowledged(Outcome outcome) {
        if (!inBatch.get()) {
            tenure.endedOutsideOfBatches(outcome);
        }
    }
}
