package dev.headgate.deadletter;

import dev.headgate.deadletter.DeadLetter.State;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;

/**
 * Which dead letters are meant: those to which all apply that is given.
 *
 * @param ids these only, unless empty
 * @param state null for any
 * @param olderThan refused longer ago than this
 * @param newerThan refused less long ago than this
 */
public record Selection(
        List<Long> ids,
        @Nullable State state,
        @Nullable String pipeline,
        @Nullable String reason,
        @Nullable String key,
        @Nullable Duration olderThan,
        @Nullable Duration newerThan) {

    public Selection {
        ids = List.copyOf(ids);
    }

    /** The same of one state only, or of any. */
    public Selection in(@Nullable State only) {
        return new Selection(ids, only, pipeline, reason, key, olderThan, newerThan);
    }

    /** The condition, for a {@code where}. */
    String condition() {
        StringBuilder condition = new StringBuilder("true");
        add(condition, !ids.isEmpty(), "id = any (:ids)");
        add(condition, state != null, "state = :state");
        add(condition, pipeline != null, "pipeline = :pipeline");
        add(condition, reason != null, "reason = :reason");
        add(condition, key != null, "key = :key");
        add(condition, olderThan != null, "received_at < now() - make_interval(secs => :olderThan)");
        add(condition, newerThan != null, "received_at > now() - make_interval(secs => :newerThan)");
        return condition.toString();
    }

    /** The values for it. */
    MapSqlParameterSource parameters() {
        MapSqlParameterSource parameters = new MapSqlParameterSource("ids", ids.toArray(Long[]::new));
        parameters.addValue("state", state == null ? null : state.toString());
        parameters.addValue("pipeline", pipeline);
        parameters.addValue("reason", reason);
        parameters.addValue("key", key);
        parameters.addValue("olderThan", seconds(olderThan));
        parameters.addValue("newerThan", seconds(newerThan));
        return parameters;
    }

    private static void add(StringBuilder condition, boolean given, String more) {
        if (given) {
            condition.append(" and ").append(more);
        }
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis() / 1000.0;
    }
}
