package dev.headgate.batch;

import dev.headgate.message.Message;
import dev.headgate.message.PipelineKey;
import dev.headgate.message.SourcePosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * What the messages of one batch's route have met lately, over all lanes and batches: for each reason for which the sink
 * refuses some, how many were refused and how many others passed since. It tells bad messages from a sink that refuses
 * good ones, and tells it alike whether they come one by one or by the thousand.
 *
 * <p>Too many are refused when their share is larger than the endpoint allows in each of three views: of messages, of keys
 * and of partitions. So no one key or partition, however many bad messages it has, holds up the rest. A window has the
 * latest 2,000 to 4,000 messages. Thread-safe; a message that passes costs nothing while none was refused.
 */
final class RefusalWindow {

    /** So many for one reason are no fault of the sink's, however large their share. */
    static final int ALWAYS_ISOLATED = 20;

    private static final int HALF = 2_000;

    /** Messages refused and messages passed, and where they came from. */
    private static final class Half {
        int refused;
        int passed;
        final Set<PipelineKey> refusedKeys = new HashSet<>();
        final Set<PipelineKey> passedKeys = new HashSet<>();
        final Set<String> refusedPartitions = new HashSet<>();
        final Set<String> passedPartitions = new HashSet<>();

        boolean isFull() {
            return refused + passed >= HALF;
        }
    }

    private static final class Reason {
        Half before = new Half();
        Half now = new Half();
        /** The keys of those since something passed. */
        final Set<PipelineKey> inARow = new HashSet<>();

        long lastRefusedNanos;

        Half half() {
            if (now.isFull()) {
                before = now;
                now = new Half();
            }
            return now;
        }

        int refused() {
            return before.refused + now.refused;
        }

        int tried() {
            return refused() + before.passed + now.passed;
        }
    }

    private final DoubleSupplier maxShare;
    private final Map<String, Reason> reasons = new HashMap<>();
    private volatile long passed;

    /** @param maxShare the largest share that may be refused for one reason, 1 for any; asked again each time */
    RefusalWindow(DoubleSupplier maxShare) {
        this.maxShare = maxShare;
    }

    /** A message that was not refused before, or not for this reason. */
    synchronized void refused(Message message, String why) {
        Reason reason = reasons.computeIfAbsent(why, w -> new Reason());
        Half half = reason.half();
        half.refused++;
        half.refusedKeys.add(key(message));
        half.refusedPartitions.add(partition(message));
        reason.inARow.add(key(message));
        reason.lastRefusedNanos = System.nanoTime();
    }

    /** A message that was refused for this reason is not any more: it was written, or refused for another. */
    synchronized void recovered(String why) {
        Reason reason = reasons.get(why);
        if (reason == null) {
            return;
        }
        Half half = reason.now.refused > 0 ? reason.now : reason.before;
        half.refused = Math.max(0, half.refused - 1);
        if (reason.refused() == 0) {
            reasons.remove(why);
        }
    }

    /** Messages were applied. */
    synchronized void passed(Iterable<Message> messages, int count) {
        passed += count;
        if (count > 0) {
            reasons.values().forEach(reason -> pass(reason, messages));
            reasons.values().removeIf(reason -> reason.refused() == 0);
        }
    }

    private static void pass(Reason reason, Iterable<Message> messages) {
        reason.inARow.clear();
        Half half = reason.half();
        for (Message message : messages) {
            if (half.isFull()) {
                // A part of a large batch stands for all of it, so that it does not push out what was refused.
                break;
            }
            half.passed++;
            half.passedKeys.add(key(message));
            half.passedPartitions.add(partition(message));
        }
    }

    /** How many messages have passed since the start. */
    long passed() {
        return passed;
    }

    /** Whether all that are refused may become dead letters. */
    boolean isOff() {
        return maxShare.getAsDouble() >= 1;
    }

    /** Whether so many of so many that were tried are a larger share than may be refused. */
    boolean exceedsShare(int refused, int tried) {
        return !isOff() && refused > maxShare.getAsDouble() * tried;
    }

    /** Whether so many are refused for this reason that it is the sink's fault until proven otherwise. */
    synchronized boolean isTooMany(String why) {
        Reason reason = reasons.get(why);
        if (reason == null || isOff() || reason.refused() <= ALWAYS_ISOLATED) {
            return false;
        }
        double most = maxShare.getAsDouble();
        return reason.refused() > most * reason.tried()
                && isMost(
                        reason.before.refusedKeys,
                        reason.now.refusedKeys,
                        reason.before.passedKeys,
                        reason.now.passedKeys,
                        most)
                && isMost(
                        reason.before.refusedPartitions,
                        reason.now.refusedPartitions,
                        reason.before.passedPartitions,
                        reason.now.passedPartitions,
                        most);
    }

    /** Whether nothing new was refused for this reason for so long, and few enough keys since something passed last. */
    synchronized boolean isIsolated(String why, Duration quiet) {
        Reason reason = reasons.get(why);
        return reason == null
                || (reason.inARow.size() <= ALWAYS_ISOLATED
                        && System.nanoTime() - reason.lastRefusedNanos >= quiet.toNanos());
    }

    /** One line about a reason. */
    synchronized String why(String why) {
        Reason reason = reasons.getOrDefault(why, new Reason());
        return "%d of %d messages are refused for one reason (%s): mend the cause, or set maxRejected=1 to let them become dead letters"
                .formatted(reason.refused(), reason.tried(), why);
    }

    private static <T> boolean isMost(
            Set<T> refusedBefore, Set<T> refusedNow, Set<T> passedBefore, Set<T> passedNow, double share) {
        Set<T> refused = new HashSet<>(refusedBefore);
        refused.addAll(refusedNow);
        Set<T> all = new HashSet<>(refused);
        all.addAll(passedBefore);
        all.addAll(passedNow);
        return refused.size() > share * all.size();
    }

    private static PipelineKey key(Message message) {
        return new PipelineKey(message.pipeline(), message.orderingKey());
    }

    private static String partition(Message message) {
        return SourcePosition.parse(message.source()).container();
    }
}
