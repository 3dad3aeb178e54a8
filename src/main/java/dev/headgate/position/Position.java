package dev.headgate.position;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a partition is applied.
 *
 * @param low the first offset that has not ended; null if nobody has read yet
 * @param above those behind it that have
 * @param keyed whether the ledger has the keys of what was applied
 */
public record Position(
        PositionKey key,
        long epoch,
        @Nullable Long low,
        OffsetSet above,
        Outcomes outcomes,
        boolean keyed,
        Instant updatedAt) {

    /** Whether the record at the offset has ended. */
    public boolean covers(long offset) {
        return low != null && (offset < low || above.contains(offset));
    }
}
