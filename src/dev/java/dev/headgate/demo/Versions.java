package dev.headgate.demo;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** A set of versions of orders, a bit each: orders are counted through. */
final class Versions {
    /** A count by version and what an order's id has before its number. */
    private final Map<String, BitSet> numbers = new HashMap<>();

    /** Whether it was not in the set before. */
    boolean add(String orderId, int version) {
        int dash = orderId.lastIndexOf('-');
        try {
            int number = Integer.parseUnsignedInt(orderId, dash + 1, orderId.length(), 10);
            return set(version + orderId.substring(0, dash + 1), number);
        } catch (NumberFormatException notCounted) {
            return set(version + orderId, 0);
        }
    }

    private boolean set(String name, int number) {
        BitSet known = numbers.computeIfAbsent(name, any -> new BitSet());
        boolean added = !known.get(number);
        known.set(number);
        return added;
    }

    /** How many of these are not in the other set. */
    long without(Versions other) {
        return numbers.entrySet().stream()
                .mapToLong(entry -> {
                    var left = (BitSet) entry.getValue().clone();
                    left.andNot(other.numbers.getOrDefault(entry.getKey(), new BitSet()));
                    return left.cardinality();
                })
                .sum();
    }
}
