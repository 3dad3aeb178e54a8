package dev.headgate.batch;

import dev.headgate.batch.WriteResult.Refused;
import dev.headgate.batch.WriteResult.Written;
import dev.headgate.message.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way through the {@link RouteWriter}, on the lane's thread, until each of its messages is applied or a
 * dead letter.
 *
 * <p>An experiment, in rounds, which says whom to try next: each {@link IsolationPass} tries, the {@link WriteAttempts}
 * write, and the {@link Trials} keep what came of it. First what was not tried yet is written, in pieces that shrink
 * around what is refused; the later messages of a key wait as soon as one of it is. Then what is refused is tried again,
 * alone; then those that waited behind what by now is most likely bad. A message becomes a dead letter when it was refused
 * again and again while others passed ({@link Trial}), unless too many are refused for its reason ({@link RefusalWindow}).
 * What is left is held, and with the next round the messages that have arrived meanwhile join: they are the neighbours
 * that tell whose fault it is. When nothing passes, it is the sink's, and nothing becomes a dead letter.
 *
 * <p>Who is refused, and overtaken by a written message of its key, stays refused, whatever comes, so that order is kept.
 */
final class RejectionSearch {

    private final RouteWriter writer;
    private final Batch.Closed closed;
    private final Lane lane;
    private final Trials trials;
    private final WriteAttempts attempts;
    private int nextProbe;
    private boolean held;

    RejectionSearch(RouteWriter writer, List<Message> messages, Batch.Closed closed, Lane lane) {
        this.writer = writer;
        this.closed = closed;
        this.lane = lane;
        this.trials = new Trials(messages, writer.window(), writer.chunkSize(), writer.policy(), System::nanoTime);
        this.attempts = new WriteAttempts(writer, closed, lane);
    }

    void run() {
        int fruitless = 0;
        while (!trials.open().isEmpty() && !lane.isStopped()) {
            round(fruitless == 0);
            fruitless = trials.removeDone() ? 0 : fruitless + 1;
            if (!trials.open().isEmpty()) {
                tell(fruitless);
                boolean allTried = trials.untried().stream().allMatch(message -> trials.waits(message, true));
                if (fruitless > 0) {
                    writer.rest(lane, fruitless, allTried);
                }
                if (allTried) {
                    trials.add(writer.takeMore(lane));
                }
            }
        }
        if (trials.open().isEmpty()) {
            writer.release(lane);
        } else {
            trials.open().forEach(message -> message.fail(new BatchStoppedException()));
            writer.abandon(lane);
        }
    }

    /** @param thorough whether to try all, as the last round was not in vain; else to see that a few are refused is enough */
    private void round(boolean thorough) {
        List<Message> untried = trials.untried();
        Set<Message> before = trials.tried();
        if (before.isEmpty() && attempts.areTogether()) {
            together(untried.subList(0, Math.min(untried.size(), writer.mostMessages())));
        } else {
            pass(untried, thorough ? untried.size() : 1, true, thorough);
        }
        if (trials.isNoneRefused()) {
            return;
        }
        trials.countReasons();
        retry(before);
        trials.countReasons();
        List<Message> waiting = trials.untried();
        pass(waiting, waiting.size(), false, true);
        trials.countReasons();
        store(trials.tried(trials::isDead));
    }

    /**
     * The first pass where a savepoint takes back a refused part: in one transaction, in chunks as large as refusals have
     * been rare. What commits there, and only there, may still refuse it as a whole: then each part is tried by itself.
     */
    private void together(List<Message> list) {
        ChunkSize size = writer.chunkSize();
        if (size.isWhole()) {
            WriteResult result = attempts.write(list);
            if (result instanceof Written) {
                size.tried(list.size(), 0);
            }
            if (!(result instanceof Refused refused)) {
                return;
            }
            if (list.size() == 1) {
                trials.refused(list.get(0), refused, attempts.passed(), attempts.uncommitted());
                return;
            }
            size.tried(list.size(), 1);
        }
        Throwable failed = attempts.together(list, () -> pass(list, list.size(), true, true));
        if (failed != null) {
            trials.takeBack();
            attempts.takenBack(list, failed);
        }
    }

    /**
     * Tries again alone what is refused, where others have passed since; of the rest a few in turn, for the fault may be over,
     * and all when one of these passes.
     *
     * @param before those that were refused before this round
     */
    private void retry(Set<Message> before) {
        RefusalWindow window = writer.window();
        long passed = window.passed();
        List<Message> due = trials.tried(trial -> !trial.isOvertaken() && !trials.isDead(trial));
        Set<Message> chosen = new HashSet<>();
        List<Message> others = new ArrayList<>();
        for (Message message : due) {
            Trial trial = trials.trial(message);
            boolean compared = trial.isNews(passed) || (window.isOff() && trial.isData());
            if (compared && !trials.isOfTooMany(trial)) {
                chosen.add(message);
            } else if (before.contains(message) || trial.isData()) {
                others.add(message);
            }
        }
        for (int i = 0; i < Math.min(others.size(), RefusalWindow.ALWAYS_ISOLATED); i++) {
            chosen.add(others.get(Math.floorMod(nextProbe++, others.size())));
        }
        again(due.stream().filter(chosen::contains).toList());
        if (others.stream().anyMatch(Message::isDone)) {
            again(due.stream().filter(message -> !message.isDone()).toList());
        }
    }

    private void again(List<Message> refused) {
        pass(refused, 1, false, true);
    }

    private void pass(List<Message> list, int reach, boolean strict, boolean thorough) {
        new IsolationPass(trials, attempts, list, reach, strict, thorough).run();
    }

    /** Writes them as dead letters, in order. */
    private void store(List<Message> dead) {
        dead.forEach(message -> message.reject(trials.trial(message).rejection(writer.name())));
        for (int from = 0; from < dead.size() && !lane.isStopped(); ) {
            List<Message> range = dead.subList(from, Math.min(dead.size(), from + writer.mostMessages()));
            if (attempts.store(range)) {
                range.forEach(trials::forget);
                from += range.size();
            }
        }
    }

    /** Says in the log and in health what is held, and why. */
    private void tell(int fruitless) {
        String why = why();
        if (why != null) {
            held = true;
            writer.holdRefused(trials.open(), lane, why);
        } else if (trials.isNoneRefused() && held) {
            held = false;
            writer.release(lane);
        }
        Refused last = attempts.lastRefusal();
        if (fruitless > 0 && last != null && (why != null || trials.isSinkSuspected())) {
            writer.fruitless(trials.open(), closed, last.cause(), fruitless);
        }
    }

    private @Nullable String why() {
        String reason = trials.reasonOfTooMany();
        if (reason != null) {
            return writer.window().why(reason) + ": " + cause(reason, "") + example(reason);
        }
        Trial trial = trials.heldForSink();
        return trial == null
                ? null
                : "%d refused, and nothing else has passed since, so that it is the sink's fault until another message passes: %s"
                                .formatted(
                                        trials.tried().size(),
                                        cause(trial.reason(), trial.reason() + ": " + trial.error()))
                        + example(trial.reason());
    }

    private String example(String reason) {
        return trials.first(reason)
                .map(message -> "; the first is " + message.place())
                .orElse("");
    }

    /** What the database said last, if that was for this reason. */
    private String cause(String reason, String other) {
        Refused last = attempts.lastRefusal();
        return last != null && last.failure().reason().equals(reason) ? writer.say(last.cause()) : firstLine(other);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }
}
