package dev.headgate.chaos;

import java.time.Duration;
import java.util.List;

/** Waits until what waits in the source moves again. */
final class Recovery {

    private static final long BETWEEN_MILLIS = 50;

    private final Source source;
    private final Duration patience;

    /** @param patience after this it is stuck */
    Recovery(Source source, Duration patience) {
        this.source = source;
        this.patience = patience;
    }

    /**
     * Returns when what waits in the source is acknowledged further.
     *
     * @return since it was called
     * @throws StuckException if that does not come
     */
    Duration await() throws InterruptedException {
        long start = System.nanoTime();
        Source.Waiting waiting = source.waiting();
        while (true) {
            List<String> still = waiting.still();
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
