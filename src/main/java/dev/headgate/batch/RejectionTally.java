package dev.headgate.batch;

import dev.headgate.message.Rejection;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the rejected messages of one batch by reason, to tell a few bad messages from a fault of the sink or of a step,
 * which refuses most of them. Not thread-safe.
 */
final class RejectionTally {

    /** So many for one reason are isolated in any case, however small the batch. */
    static final int ALWAYS_ISOLATED = 20;

    private final int size;
    private int tried;
    private final double maxShare;
    private final Map<String, Integer> counts = new HashMap<>();
    private String mostFrequent = "";
    private int highest;

    /**
     * @param size the messages of the batch
     * @param maxShare the largest share of them that may be rejected for one reason, 1 for any
     */
    RejectionTally(int size, double maxShare) {
        this.size = size;
        this.tried = size;
        this.maxShare = maxShare;
    }

    void add(Rejection rejection) {
        int count = counts.merge(rejection.reason(), 1, Integer::sum);
        if (count > highest) {
            highest = count;
            mostFrequent = rejection.reason();
        }
    }

    /** So many of the batch were not tried, and do not count. */
    void leaveOut(int untried) {
        tried = size - untried;
    }

    /** Whether more than the largest share are rejected for one reason: an outage until proven otherwise. */
    boolean isTooMany() {
        return isMany() && highest > maxShare * tried;
    }

    /** Whether more are rejected for one reason than are isolated in any case, and not all may be. */
    boolean isMany() {
        return maxShare < 1 && highest > ALWAYS_ISOLATED;
    }

    /** One line that says why the batch is held and what to do. */
    String why() {
        return "%d of %d messages are refused for one reason (%s): mend the cause, or set maxRejected=1 to let them become dead letters"
                .formatted(highest, tried, mostFrequent);
    }
}
