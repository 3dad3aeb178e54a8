package dev.headgate.batch;

import dev.headgate.batch.WriteResult.Failed;
import dev.headgate.batch.WriteResult.Refused;
import dev.headgate.batch.WriteResult.Written;
import dev.headgate.failure.Failure;
import dev.headgate.message.Message;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * One pass over messages in order, which finds those that are refused alone and writes the others, in few attempts. Where
 * the database says of a range which message it means ({@link Suspect}), the others are tried without that one; where it
 * does not, or is wrong, ranges shrink around what is refused ({@link Isolation}).
 *
 * <p>What it finds stands in the {@link Trials}; whether it is committed is for the {@link WriteAttempts} to say. Used once,
 * by the lane's thread only.
 */
final class IsolationPass {

    /** So many are looked for by what the database says of them, one after the other, before it is not believed. */
    private static final int MOST_NAMED = 20;

    private final Trials trials;
    private final WriteAttempts attempts;
    private final List<Message> messages;
    private final Isolation isolation;
    private final boolean strict;
    private final boolean thorough;
    /** What the database said of rows that it cannot read: whatever is written beside them, it says so again. */
    private final Map<Message, Refused> unreadable = new HashMap<>();

    /** How many were found that were not refused before. */
    private int found;

    private boolean anyWritten;
    private boolean believesNames = true;

    /**
     * @param messages in order of arrival
     * @param reach how many to try first
     * @param strict whether a message waits behind each earlier one of its key that is refused, or only behind those that
     *     may well be good
     * @param thorough whether to look at all; else it is enough to see that a few more are refused
     */
    IsolationPass(
            Trials trials,
            WriteAttempts attempts,
            List<Message> messages,
            int reach,
            boolean strict,
            boolean thorough) {
        this.trials = trials;
        this.attempts = attempts;
        this.messages = messages;
        this.isolation = new Isolation(messages.size(), reach);
        this.strict = strict;
        this.thorough = thorough;
    }

    /** Returns when each of the messages is written, refused or waits, or when it makes no sense to look at the rest now. */
    void run() {
        while (!isolation.isDone() && !attempts.areOver()) {
            List<Message> range =
                    trials.free(messages.subList(isolation.from(), isolation.end(attempts.mostMessages())), strict);
            WriteResult result = range.isEmpty() ? new Written() : attempt(range);
            if (result instanceof Written) {
                anyWritten |= !range.isEmpty();
                range.forEach(trials::written);
                isolation.written();
            } else if (result instanceof Refused refused && isolate(range, refused) && isEnough(refused)) {
                return;
            }
        }
    }

    /** Looks into a range that was refused; true if it is through with it, false if a smaller one is to be tried. */
    private boolean isolate(List<Message> range, Refused refused) {
        long passed = attempts.passed();
        List<Message> left = range.size() > 1 && believesNames ? writeOthers(range, refused) : null;
        believesNames = left != null || range.size() == 1;
        if (left != null) {
            anyWritten = true;
            writeEach(left, passed);
            isolation.written();
            return true;
        }
        if (isolation.refused()) {
            refused(range.get(0), refused, passed);
            return true;
        }
        return false;
    }

    private boolean isEnough(Refused latest) {
        if (found <= RefusalWindow.ALWAYS_ISOLATED) {
            return false;
        }
        boolean isSinkLikely = !anyWritten && (!thorough || !(latest.failure() instanceof Failure.Rejected));
        return isSinkLikely || trials.exceedsShare(found, messages.size());
    }

    /**
     * Of a range that was refused, writes all but those that the database names, for as long as it names another.
     *
     * @return those that are left, in order: who was named, and the later ones of their keys; null if the others are refused
     *     without them too, and nothing is written
     */
    private @Nullable List<Message> writeOthers(List<Message> range, Refused first) {
        unreadable.clear();
        List<Message> others = range;
        WriteResult result = first;
        for (int named = 0; named < MOST_NAMED && result instanceof Refused refused && !attempts.areOver(); named++) {
            int suspect = Suspect.among(others, refused.cause());
            if (suspect < 0) {
                return null;
            }
            if (ObjectHelper.getException(RefusedRowException.class, refused.cause()) != null) {
                unreadable.put(others.get(suspect), refused);
            }
            others = trials.without(others, suspect);
            if (others.isEmpty()) {
                return null;
            }
            result = attempt(others);
            while (result instanceof Failed && !attempts.areOver()) {
                result = attempt(others);
            }
            if (result instanceof Written) {
                others.forEach(trials::written);
                Set<Message> written = new HashSet<>(others);
                return range.stream()
                        .filter(message -> !written.contains(message))
                        .toList();
            }
        }
        return null;
    }

    /**
     * Writes each by itself, in order, or finds it refused.
     *
     * @param passed how many messages had passed when they were refused among others
     */
    private void writeEach(List<Message> list, long passed) {
        for (Message message : list) {
            WriteResult result = new Failed();
            while (result instanceof Failed && !attempts.areOver() && !trials.waits(message, strict)) {
                Refused known = unreadable.remove(message);
                result = known == null ? attempt(List.of(message)) : attempts.refusedAgain(known);
            }
            if (result instanceof Written) {
                trials.written(message);
            } else if (result instanceof Refused refused) {
                refused(message, refused, passed);
            }
        }
    }

    private void refused(Message message, Refused refused, long passed) {
        if (trials.refused(message, refused, passed, attempts.uncommitted())) {
            found++;
        }
    }

    /**
     * One attempt. One that would overtake refused messages is probed first: when it would succeed, these are tried again
     * before it, each by itself, for the fault may have ended since.
     */
    private WriteResult attempt(List<Message> range) {
        List<Message> overtaken = strict || !attempts.canProbe() ? List.of() : trials.overtakenBy(range);
        if (!overtaken.isEmpty()) {
            WriteResult probe = attempts.probe(range);
            if (!(probe instanceof Written)) {
                return probe;
            }
            for (Message message : overtaken) {
                WriteResult result = attempts.write(List.of(message));
                if (result instanceof Failed) {
                    return result;
                }
                if (result instanceof Refused refused) {
                    trials.refused(message, refused, attempts.passed(), attempts.uncommitted());
                } else {
                    trials.written(message);
                }
            }
        }
        return attempts.write(range);
    }
}
