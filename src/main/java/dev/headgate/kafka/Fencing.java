package dev.headgate.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which members were fenced of late, because another one came with their {@code group.instance.id}. Each reconnects and
 * fences the other, so that only their past tells. Thread-safe.
 */
final class Fencing {

    private static final Duration LATE = Duration.ofMinutes(1);

    private final Map<String, Long> fencedNanos = new ConcurrentHashMap<>();

    void fenced(String group, @Nullable Object instance) {
        fencedNanos.put(
                "group %s has two members with the group.instance.id %s, which fence each other: give each process a"
                                .formatted(group, instance)
                        + " groupInstanceId of its own",
                System.nanoTime());
    }

    List<String> troubles() {
        fencedNanos.values().removeIf(fenced -> System.nanoTime() - fenced > LATE.toNanos());
        return List.copyOf(fencedNanos.keySet());
    }
}
