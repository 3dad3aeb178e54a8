package dev.headgate.ledger;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The latest of many keys: at most as many as its size, at least the latest half of that.
 *
 * <p>Two generations; when the younger is full the older is forgotten. A key is mostly looked up once or never, so that
 * neither frequency nor recency of use says which to keep, only its age. Thread-safe; no operation waits for another one
 * longer than a map's bin.
 */
final class RecentKeys<K> {

    private static final class Generations<K> {
        final Map<K, K> younger;
        final Map<K, K> older;

        Generations(Map<K, K> younger, Map<K, K> older) {
            this.younger = younger;
            this.older = older;
        }
    }

    private final int generation;
    private volatile Generations<K> keys;

    /** @param size the most keys that are remembered, at least 2 */
    RecentKeys(int size) {
        this.generation = Math.max(1, size / 2);
        this.keys = new Generations<>(newMap(), Map.of());
    }

    /** The remembered key that is equal to this one, or null. */
    @Nullable
    K get(K key) {
        Generations<K> now = keys;
        K younger = now.younger.get(key);
        return younger == null ? now.older.get(key) : younger;
    }

    void add(K key) {
        Generations<K> now = keys;
        if (now.younger.putIfAbsent(key, key) == null && now.younger.size() >= generation) {
            age(now);
        }
    }

    void clear() {
        keys = new Generations<>(newMap(), Map.of());
    }

    int size() {
        Generations<K> now = keys;
        return now.younger.size() + now.older.size();
    }

    private synchronized void age(Generations<K> full) {
        if (keys == full) {
            keys = new Generations<>(newMap(), full.younger);
        }
    }

    private Map<K, K> newMap() {
        return new ConcurrentHashMap<>(generation);
    }
}
