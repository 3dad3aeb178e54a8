package dev.headgate.cli.jobs;

import dev.headgate.job.JobSelection;
import dev.headgate.job.JobState;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that choose jobs by what they are; a picocli mixin. */
final class JobFilter {

    @Option(names = "--queue", paramLabel = "NAME", description = "Only those of this queue.")
    private @Nullable String queue;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            converter = StateConverter.class,
            description =
                    "Only those in this state: available, scheduled, executing, retryable, completed, cancelled or"
                            + " discarded.")
    private @Nullable JobState state;

    boolean isEmpty() {
        return queue == null && state == null;
    }

    JobSelection selection() {
        return new JobSelection(List.of(), queue, state);
    }

    static final class StateConverter implements ITypeConverter<JobState> {
        @Override
        public JobState convert(String value) {
            try {
                return JobState.of(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + value.toLowerCase(Locale.ROOT) + "' is none of "
                        + Arrays.stream(JobState.values())
                                .map(JobState::toString)
                                .collect(Collectors.joining(", ")));
            }
        }
    }
}
