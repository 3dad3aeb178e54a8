package dev.headgate.cli.verify;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be looked at.
 *
 * @param pipeline the only one; null for all
 * @param since only what is younger; null for all
 * @param sample most records of each partition; null for all
 * @param now the time that ages are counted from
 * @param progress takes a line now and then
 */
record Options(
        @Nullable String pipeline,
        @Nullable Instant since,
        @Nullable Integer sample,
        Instant now,
        Consumer<String> progress) {

    /** What is as old as this is no longer in a table that keeps its rows for so long. */
    Instant horizon(Duration retention) {
        return now.minus(retention);
    }

    boolean concerns(String other) {
        return pipeline == null || pipeline.equals(other);
    }
}
