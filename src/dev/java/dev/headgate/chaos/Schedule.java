package dev.headgate.chaos;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What goes wrong and when: episodes without end, the same for the same seed and kinds. Kinds are dealt like cards, so that each comes
 * as often as any other. Used by one thread.
 */
final class Schedule implements Iterator<Schedule.Episode> {

    private static final int MOST_AT_ONCE = 6;
    private static final int LATEST_MILLIS = 2_500;

    /**
     * One fault of an episode.
     *
     * @param after from the start of the episode
     * @param lasts from when it is applied
     */
    record Strike(FaultKind kind, Duration after, Duration lasts) {}

    /** One to six faults in different places, which overlap or not. The next one begins when the flow has recovered. */
    record Episode(List<Strike> strikes) {

        Episode {
            strikes = List.copyOf(strikes);
        }

        @Override
        public String toString() {
            return strikes.stream().map(strike -> strike.kind.toString()).collect(Collectors.joining(", "));
        }
    }

    private final Random random;
    private final List<FaultKind> kinds;
    private final Deque<FaultKind> deck = new ArrayDeque<>();

    /** @param kinds what may go wrong */
    Schedule(long seed, Set<FaultKind> kinds) {
        this.random = new Random(seed);
        this.kinds = kinds.stream().sorted().toList();
    }

    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public Episode next() {
        int wanted = 1 + random.nextInt(MOST_AT_ONCE);
        Set<FaultKind.Place> places = EnumSet.noneOf(FaultKind.Place.class);
        List<FaultKind> elsewhere = new ArrayList<>();
        List<Strike> strikes = new ArrayList<>();
        while (strikes.size() < wanted && elsewhere.size() < kinds.size()) {
            FaultKind kind = deal();
            if (places.add(kind.place())) {
                Duration after = Duration.ofMillis(wanted == 1 ? 0 : random.nextInt(LATEST_MILLIS));
                strikes.add(new Strike(kind, after, kind.lasts(random)));
            } else {
                elsewhere.add(kind);
            }
        }
        // They come first in the next one.
        Collections.reverse(elsewhere);
        elsewhere.forEach(deck::push);
        return new Episode(strikes);
    }

    private FaultKind deal() {
        if (deck.isEmpty()) {
            List<FaultKind> all = new ArrayList<>(kinds);
            Collections.shuffle(all, random);
            deck.addAll(all);
        }
        return deck.pop();
    }
}
