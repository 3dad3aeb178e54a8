package dev.headgate.deadletter;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a replay is going to send.
 *
 * @param letters in the order of their ids, those held behind the chosen ones among them
 * @param chosen how many of them were asked for; the others follow because they are held behind these
 * @param exhausted how many were asked for but have been replayed as often as is allowed
 * @param unsendable how many were asked for but came from where nothing may be sent
 * @param elsewhere their sources
 * @param cut how many were asked for but were too large to be kept whole
 * @param pipelines how many letters of each pipeline
 */
public record ReplayPlan(
        List<Letter> letters,
        long chosen,
        long exhausted,
        long unsendable,
        Set<String> elsewhere,
        long cut,
        Map<String, Long> pipelines) {

    /**
     * One to send.
     *
     * @param bytes of its payload
     * @param follows whether it was not asked for: it is held behind one that was
     */
    public record Letter(
            long id,
            String pipeline,
            String reason,
            @Nullable String key,
            long bytes,
            boolean follows) {}

    public ReplayPlan {
        letters = List.copyOf(letters);
        elsewhere = Set.copyOf(elsewhere);
        pipelines = Map.copyOf(pipelines);
    }
}
