package dev.headgate.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Decides which shards travel together, so that one entry that its destination always refuses holds up its own shard only.
 *
 * <p>Shards travel all together until a bulk fails. Then each of its shards is suspect and travels alone, one suspect after
 * the healthy bulk, in turn. A suspect that fails again is halved, down to the single entry at its head; one that succeeds
 * is doubled, and rejoins the others when it has grown back to a full bulk or has sent all that it had. Plain arithmetic; not thread-safe.
 */
final class ShardIsolation {

    private final int maxEntries;
    private final NavigableMap<Integer, Integer> suspects = new TreeMap<>();
    private int turn = -1;

    ShardIsolation(int maxEntries) {
        if (maxEntries < 1) {
            throw new IllegalArgumentException("Expected maxEntries of at least 1, found " + maxEntries);
        }
        this.maxEntries = maxEntries;
    }

    /** Shards to be sent in one exchange, with the most entries to take of each. */
    record Bulk(List<Integer> shards, int entriesPerShard) {}

    /** The bulks to try now, in this order, out of the shards that have something due. */
    List<Bulk> plan(List<Integer> due) {
        List<Bulk> bulks = new ArrayList<>();
        List<Integer> healthy =
                due.stream().filter(shard -> !suspects.containsKey(shard)).toList();
        if (!healthy.isEmpty()) {
            List<Integer> together = healthy.subList(0, Math.min(healthy.size(), maxEntries));
            bulks.add(new Bulk(together, maxEntries / together.size()));
        }
        List<Integer> waiting =
                due.stream().filter(suspects::containsKey).sorted().toList();
        if (!waiting.isEmpty()) {
            int before = turn;
            turn = waiting.stream().filter(shard -> shard > before).findFirst().orElse(waiting.get(0));
            bulks.add(new Bulk(List.of(turn), suspects.getOrDefault(turn, maxEntries)));
        }
        return bulks;
    }

    /** @param entries how many the exchange had; fewer than asked for means that the shard has no backlog left */
    void succeeded(Bulk bulk, int entries) {
        for (Integer shard : bulk.shards()) {
            suspects.computeIfPresent(
                    shard,
                    (s, limit) -> entries < limit || limit >= maxEntries ? null : Math.min(limit * 2, maxEntries));
        }
    }

    /** @param entries how many the failed exchange had */
    void failed(Bulk bulk, int entries) {
        int limit = bulk.shards().size() > 1 ? bulk.entriesPerShard() : Math.max(1, entries / 2);
        bulk.shards().forEach(shard -> suspects.put(shard, limit));
    }

    /** Whether no shard is suspect. */
    boolean isClear() {
        return suspects.isEmpty();
    }
}
