package dev.headgate.cli;

import dev.headgate.deadletter.DeadLetter.State;
import dev.headgate.deadletter.Selection;
import dev.headgate.settings.Form;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose dead letters by what they are; a picocli mixin. */
final class DeadLetterFilter {

    @Option(names = "--pipeline", paramLabel = "NAME", description = "Only those of this pipeline.")
    private @Nullable String pipeline;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Only those with exactly this reason.")
    private @Nullable String reason;

    @Option(names = "--key", paramLabel = "KEY", description = "Only those with this key.")
    private @Nullable String key;

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            converter = Age.class,
            description = "Only those refused longer ago than this, such as 30m or 2d.")
    private @Nullable Duration olderThan;

    @Option(
            names = "--newer-than",
            paramLabel = "DURATION",
            converter = Age.class,
            description = "Only those refused less long ago than this.")
    private @Nullable Duration newerThan;

    boolean isEmpty() {
        return pipeline == null && reason == null && key == null && olderThan == null && newerThan == null;
    }

    /** Those that match, with any state. */
    Selection selection(List<Long> ids) {
        return new Selection(ids, null, pipeline, reason, key, olderThan, newerThan);
    }

    static final class Age implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                return Form.duration(value);
            } catch (DateTimeParseException | ArithmeticException e) {
                throw new TypeConversionException("'" + value + "' is not " + Form.DURATION.expected());
            }
        }
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
