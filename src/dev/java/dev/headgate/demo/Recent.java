package dev.headgate.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The last few things seen, to pick from at random; bounded. */
final class Recent<T> {
    private final int capacity;
    private final List<T> entries = new ArrayList<>();
    private int oldest;

    Recent(int capacity) {
        this.capacity = capacity;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    void add(T entry) {
        if (entries.size() < capacity) {
            entries.add(entry);
        } else {
            entries.set(oldest, entry);
            oldest = (oldest + 1) % capacity;
        }
    }

    /** A position that stays valid until the next {@link #add}. */
    int pick(SplittableRandom random) {
        return random.nextInt(entries.size());
    }

    T get(int position) {
        return entries.get(position);
    }

    void replace(int position, T entry) {
        entries.set(position, entry);
    }
}
