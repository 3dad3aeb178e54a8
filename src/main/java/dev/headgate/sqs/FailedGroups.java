package dev.headgate.sqs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The message groups of a FIFO queue of which a message failed: those that were received with it must not overtake it.
 * What is received after the failure comes in order again. Thread-safe; times are those of {@code System.nanoTime()}.
 */
final class FailedGroups {

    private final Map<String, Long> failedAt = new ConcurrentHashMap<>();

    void failed(String group, long now) {
        failedAt.put(group, now);
    }

    /** Whether a message of the group failed after this one was received; if not, the group is as good as new. */
    boolean isBehind(String group, long receivedAt) {
        return failedAt.computeIfPresent(group, (name, failed) -> receivedAt - failed <= 0 ? failed : null) != null;
    }
}
