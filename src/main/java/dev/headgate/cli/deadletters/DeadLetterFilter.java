package dev.headgate.cli.deadletters;

import dev.headgate.cli.command.AgeConverter;
import dev.headgate.deadletter.DeadLetter.State;
import dev.headgate.deadletter.Selection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose dead letters by what they are; a picocli mixin. */
public final class DeadLetterFilter {

    @Option(names = "--pipeline", paramLabel = "NAME", description = "Only those of this pipeline.")
    private @Nullable String pipeline;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Only those with exactly this reason.")
    private @Nullable String reason;

    @Option(names = "--key", paramLabel = "KEY", description = "Only those with this key.")
    private @Nullable String key;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            converter = AgeConverter.class,
            description = "Only those refused longer ago than this, such as 30m or 2d.")
    private @Nullable Duration olderThan;

    @Option(
            names = "--newer-than",
            paramLabel = "DURATION",
            converter = AgeConverter.class,
            description = "Only those refused less long ago than this.")
    private @Nullable Duration newerThan;

    boolean isEmpty() {
        return pipeline == null && reason == null && key == null && olderThan == null && newerThan == null;
    }

    /** Those that match, with any state. */
    Selection selection(List<Long> ids) {
        return new Selection(ids, null, pipeline, reason, key, olderThan, newerThan);
    }

    /** The values of {@code --state}. */
    enum StateOption {
        dead(State.DEAD),
        replayed(State.REPLAYED),
        discarded(State.DISCARDED),
        any(null);

        final @Nullable State state;

        StateOption(@Nullable State state) {
            this.state = state;
        }
    }
}
