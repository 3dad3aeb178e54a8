package dev.headgate.cli.command;

import java.time.Duration;
import java.util.function.Consumer;

/** A line every few seconds about long work; nothing about short work. */
public final class Progress {

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Consumer<String> lines;
    private final String done;
    private final long total;
    private long count;
    private long lastNanos = System.nanoTime();

    /**
     * @param done what becomes of each, such as "Replayed"
     * @param total how many there are, or -1 if nobody knows
     */
    public Progress(Consumer<String> lines, String done, long total) {
        this.lines = lines;
        this.done = done;
        this.total = total;
    }

    public void oneMore() {
        reached(count + 1);
    }

    public void reached(long now) {
        count = now;
        if (System.nanoTime() - lastNanos > INTERVAL.toNanos()) {
            lastNanos = System.nanoTime();
            lines.accept(done + " " + count + (total < 0 ? "" : " of " + total) + " ...");
        }
    }

    public long count() {
        return count;
    }
}
