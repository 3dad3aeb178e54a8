package dev.headgate.deadletter;

import dev.headgate.HeadgateException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One replay of many dead letters that looks what becomes of them: of each reason one is sent first, the others once one
 * has been applied, and no more of a reason for which one is refused again.
 *
 * <p>Letters go in the order of their ids, but for those whose reason is still being tried; those of one key always do. So
 * many are under way at most. Not thread-safe.
 */
final class ReplayRun {

    /** Where letters go, and what becomes of them. */
    interface Pipelines {
        /** Returns the ids of those that were sent; the others are no longer dead. */
        List<Long> send(List<ReplayPlan.Letter> letters);

        /** What has become of them, of those of which it is known. */
        Map<Long, Outcome> outcomes(Collection<Long> ids);
    }

    /** What has become of one that was sent. */
    record Outcome(End end, String reason, String error) {}

    enum End {
        APPLIED,
        REFUSED,
        /** It waits for an earlier one of its key, or somebody has discarded it. */
        OTHER
    }

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private record Group(String pipeline, String reason) {}

    private record Key(String pipeline, String key) {}

    /** What is known of one pipeline's reason. */
    private static final class Knowledge {
        private final Set<String> refusedFor = new HashSet<>();
        private int underWay;
        private boolean applied;
        private boolean stopped;

        Knowledge(String reason) {
            refusedFor.add(reason);
        }
    }

    private final Pipelines pipelines;
    private final int atOnce;
    private final int mostUnderWay;
    private final Duration patience;
    private final Map<Group, Knowledge> groups = new HashMap<>();
    private final Map<Long, ReplayPlan.Letter> underWay = new LinkedHashMap<>();
    private final List<ReplayReport.Stop> stops = new ArrayList<>();
    private final Map<Group, Long> left = new HashMap<>();
    private final Set<Key> keysLeft = new HashSet<>();
    private final Deque<ReplayPlan.Letter> unsent;
    private long sent;
    private long missed;
    private long applied;
    private long refused;
    private long lastNews = System.nanoTime();

    /**
     * @param atOnce the most letters in one sending
     * @param mostUnderWay the most that were sent while it is not known what has become of them
     * @param patience after how long without any news it ends
     */
    ReplayRun(Pipelines pipelines, List<ReplayPlan.Letter> letters, int atOnce, int mostUnderWay, Duration patience) {
        this.pipelines = pipelines;
        this.unsent = new ArrayDeque<>(letters);
        this.atOnce = Math.min(atOnce, mostUnderWay);
        this.mostUnderWay = mostUnderWay;
        this.patience = patience;
    }

    /** @param progress told, after each few, how far it is */
    ReplayReport run(Consumer<ReplayReport> progress) {
        while (true) {
            List<ReplayPlan.Letter> next = next();
            if (!next.isEmpty()) {
                send(next);
            } else if (underWay.isEmpty()) {
                return report(false);
            }
            look();
            progress.accept(report(false));
            if (!underWay.isEmpty() && System.nanoTime() - lastNews > patience.toNanos()) {
                return report(true);
            }
            if (next.isEmpty() && !underWay.isEmpty()) {
                rest();
            }
        }
    }

    private ReplayReport report(boolean silent) {
        return new ReplayReport(
                sent,
                missed,
                applied,
                refused,
                underWay.size(),
                underWay.isEmpty() ? null : underWay.keySet().iterator().next(),
                unsent.size()
                        + left.values().stream().mapToLong(Long::longValue).sum(),
                silent,
                stops.stream()
                        .map(stop -> stop.with(left.getOrDefault(new Group(stop.pipeline(), stop.oldReason()), 0L)))
                        .toList());
    }

    /** Takes those that may be sent now. */
    private List<ReplayPlan.Letter> next() {
        // Many small sendings would take as long as as many large ones.
        int most = mostUnderWay - underWay.size() < atOnce ? 0 : atOnce;
        List<ReplayPlan.Letter> next = new ArrayList<>();
        Deque<ReplayPlan.Letter> later = new ArrayDeque<>();
        Set<Key> keysLater = new HashSet<>();
        while (!unsent.isEmpty() && next.size() < most) {
            ReplayPlan.Letter letter = unsent.removeFirst();
            Key key = letter.key() == null ? null : new Key(letter.pipeline(), letter.key());
            Group group = group(letter);
            Knowledge knowledge = groups.computeIfAbsent(group, g -> new Knowledge(g.reason));
            boolean leave = letter.follows() ? key != null && keysLeft.contains(key) : knowledge.stopped;
            if (leave) {
                left.merge(group, 1L, Long::sum);
                if (key != null) {
                    keysLeft.add(key);
                }
                continue;
            }
            boolean free = letter.follows() || knowledge.applied || knowledge.underWay == 0;
            if (!free || (key != null && keysLater.contains(key))) {
                later.addFirst(letter);
                if (key != null) {
                    keysLater.add(key);
                }
                continue;
            }
            knowledge.underWay++;
            next.add(letter);
        }
        later.forEach(unsent::addFirst);
        return next;
    }

    private void send(List<ReplayPlan.Letter> next) {
        Set<Long> gone = new LinkedHashSet<>(pipelines.send(next));
        for (ReplayPlan.Letter letter : next) {
            if (gone.contains(letter.id())) {
                underWay.put(letter.id(), letter);
                sent++;
            } else {
                knowledge(letter).underWay--;
                missed++;
            }
        }
        lastNews = System.nanoTime();
    }

    private void look() {
        pipelines.outcomes(underWay.keySet()).forEach((id, outcome) -> {
            ReplayPlan.Letter letter = underWay.remove(id);
            if (letter == null) {
                return;
            }
            lastNews = System.nanoTime();
            Knowledge knowledge = knowledge(letter);
            knowledge.underWay--;
            if (outcome.end == End.APPLIED) {
                applied++;
                knowledge.applied |= !letter.follows();
            } else if (outcome.end == End.REFUSED) {
                refused++;
                refused(letter, outcome, knowledge);
            }
        });
    }

    /** Once for another reason proves nothing; twice for the same one does. */
    private void refused(ReplayPlan.Letter letter, Outcome outcome, Knowledge knowledge) {
        if (!letter.follows() && !knowledge.stopped && !knowledge.refusedFor.add(outcome.reason)) {
            knowledge.stopped = true;
            stops.add(new ReplayReport.Stop(
                    letter.pipeline(), letter.reason(), letter.id(), outcome.reason, outcome.error, 0));
        }
    }

    private static Group group(ReplayPlan.Letter letter) {
        return new Group(letter.pipeline(), letter.reason());
    }

    private Knowledge knowledge(ReplayPlan.Letter letter) {
        return groups.computeIfAbsent(group(letter), g -> new Knowledge(g.reason));
    }

    private static void rest() {
        try {
            TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeadgateException("Interrupted while replaying.", e);
        }
    }
}
