package dev.headgate.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs are meant: those to which all applies that is given.
 *
 * @param ids these only, unless empty
 */
public record JobSelection(
        List<Long> ids, @Nullable String queue, @Nullable JobState state) {

    public JobSelection {
        ids = List.copyOf(ids);
    }

    /** Jobs of any queue, in any state. */
    public static JobSelection of(List<Long> ids) {
        return new JobSelection(ids, null, null);
    }
}
