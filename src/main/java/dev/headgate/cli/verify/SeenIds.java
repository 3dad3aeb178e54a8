package dev.headgate.cli.verify;

import java.util.HashMap;
import java.util.Map;

/** A set of numbers, most of them near each other: a bit each, and 8 KiB for each 65,536. Not thread-safe. */
final class SeenIds {

    private static final int BITS = 16;

    private final Map<Long, long[]> pages = new HashMap<>();

    /** False if it was there. */
    boolean add(long id) {
        long[] page = pages.computeIfAbsent(id >> BITS, number -> new long[1 << (BITS - 6)]);
        int word = word(id);
        long bit = 1L << id;
        boolean added = (page[word] & bit) == 0;
        page[word] |= bit;
        return added;
    }

    boolean contains(long id) {
        long[] page = pages.get(id >> BITS);
        return page != null && (page[word(id)] & 1L << id) != 0;
    }

    private static int word(long id) {
        return (int) (id & ((1 << BITS) - 1)) >> 6;
    }
}
