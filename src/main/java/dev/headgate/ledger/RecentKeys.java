package dev.headgate.ledger;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The latest of many keys: at most as many as its size, at least the latest half of that.
 *
 * <p>Two generations; when the younger is full the older is forgotten. A key is mostly looked up once or never, so that
 * neither frequency nor recency of use says which to keep, only its age. Thread-safe; no operation waits for another one
 * longer than a map's bin.
 */
final class RecentKeys<K> {

    private static final class Generations<K> {
        final Set<K> younger;
        final Set<K> older;

        Generations(Set<K> younger, Set<K> older) {
            this.younger = younger;
            this.older = older;
        }
    }

    private final int generation;
    private volatile Generations<K> keys;

    /** @param size the most keys that are remembered, at least 2 */
    RecentKeys(int size) {
        this.generation = Math.max(1, size / 2);
        this.keys = new Generations<>(newSet(), Set.of());
    }

    boolean contains(K key) {
        Generations<K> now = keys;
        return now.younger.contains(key) || now.older.contains(key);
    }

    void add(K key) {
        Generations<K> now = keys;
        if (now.younger.add(key) && now.younger.size() >= generation) {
            age(now);
        }
    }

    void clear() {
        keys = new Generations<>(newSet(), Set.of());
    }

    int size() {
        Generations<K> now = keys;
        return now.younger.size() + now.older.size();
    }

    private synchronized void age(Generations<K> full) {
        if (keys == full) {
            keys = new Generations<>(newSet(), full.younger);
        }
    }

    private Set<K> newSet() {
        return ConcurrentHashMap.newKeySet(generation);
    }
}
