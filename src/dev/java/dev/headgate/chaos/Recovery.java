package dev.headgate.chaos;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Waits until what waits in the source moves again. */
final class Recovery {

    private static final long BETWEEN_MILLIS = 50;

    private final SourceTopic source;
    private final Duration patience;

    /** @param patience after this it is stuck */
    Recovery(SourceTopic source, Duration patience) {
        this.source = source;
        this.patience = patience;
    }

    /**
     * Returns when more of each partition is acknowledged than was, if there was more of it.
     *
     * @return since it was called
     * @throws StuckException if that does not come
     */
    Duration await() throws InterruptedException {
        long start = System.nanoTime();
        Map<TopicPartition, Long> ends = source.ends();
        Map<TopicPartition, Long> before = source.committed();
        while (true) {
            Map<TopicPartition, Long> now = source.committed();
            var still = ends.entrySet().stream()
                    .filter(end -> {
                        long was = before.getOrDefault(end.getKey(), 0L);
                        return was < end.getValue() && now.getOrDefault(end.getKey(), 0L) <= was;
                    })
                    .map(end -> "%s at %d of %d"
                            .formatted(end.getKey(), before.getOrDefault(end.getKey(), 0L), end.getValue()))
                    .sorted()
                    .toList();
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            if (still.isEmpty()) {
                return passed;
            }
            if (passed.compareTo(patience) > 0) {
                throw new StuckException("Nothing is acknowledged since %d s of %s, though nothing is wrong any more"
                        .formatted(passed.toSeconds(), String.join(", ", still)));
            }
            Thread.sleep(BETWEEN_MILLIS);
        }
    }
}
