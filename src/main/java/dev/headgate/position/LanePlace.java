package dev.headgate.position;

/**
 * A message on its way through a lane.
 *
 * @param lane what the lane has applied of the message's partition
 * @param part whether the message is only a part of its record
 * @param keyed whether its key goes into the ledger
 */
public record LanePlace(LanePosition lane, long offset, boolean part, boolean keyed) {

    /** Whether the partition is another owner's by now: the message must not be written, and is not acknowledged. */
    public boolean isLost() {
        return lane.tenure().isLost();
    }

    /** Whether it is known that the record is applied, or a dead letter. Never so of a part. */
    public boolean isApplied() {
        return !part && lane.tenure().isApplied(offset);
    }
}
