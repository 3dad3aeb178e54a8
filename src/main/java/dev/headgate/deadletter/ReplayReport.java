package dev.headgate.deadletter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a replay, as far as it is known.
 *
 * @param sent how many were sent to their source
 * @param missed how many were no longer dead when their turn came
 * @param applied how many of those sent were applied
 * @param refused how many of those sent were refused again
 * @param unknown of how many of those sent it is not known
 * @param firstUnknown the id of the first of these
 * @param left how many were left as they were
 * @param silent whether it ended because nothing was heard of those under way
 * @param stops why, for each reason of which some were left
 */
public record ReplayReport(
        long sent,
        long missed,
        long applied,
        long refused,
        long unknown,
        @Nullable Long firstUnknown,
        long left,
        boolean silent,
        List<Stop> stops) {

    /**
     * Those of one pipeline and reason were not sent any more.
     *
     * @param letter the id of the one that was refused again
     * @param newReason for which it was
     * @param left how many of them were left as they were
     */
    public record Stop(String pipeline, String oldReason, long letter, String newReason, String error, long left) {

        Stop with(long newLeft) {
            return new Stop(pipeline, oldReason, letter, newReason, error, newLeft);
        }
    }

    public ReplayReport {
        stops = List.copyOf(stops);
    }
}
