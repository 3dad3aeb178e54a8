package dev.headgate.job;

import dev.headgate.database.IndexPlans;
import dev.headgate.message.SourcePosition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ArgumentPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.RowMapperResultSetExtractor;

/** What consumers do with the table of jobs: a statement each, a transaction each, many jobs at once. Thread-safe. */
final class JobTable {

    /** An attempt that has ended. */
    record Ended(long id, long lease, JobOutcome outcome) {}

    /** A job and what it is now. */
    record Changed(long id, String queue, JobState state) {}

    private static final RowMapper<Changed> CHANGED = (row, number) ->
            new Changed(row.getLong("id"), row.getString("queue"), JobState.of(row.getString("state")));

    // Joined with the table they may be merged with all of its jobs: the planner takes as many as may be claimed for as
    // many as there are.
    private static final String CLAIM = """
            with next as materialized (
                select id from headgate.job
                where queue = ? and state = 'available'
                  and exists (select from headgate.job_lease where id = ?)
                  and not exists (select from headgate.job_queue where name = ? and paused_at is not null)
                order by priority, scheduled_at, id
                limit ?
                for update skip locked
            ), claimed as (
                update headgate.job
                set state = 'executing', attempt = attempt + 1, attempted_at = now(), lease = ?,
                    max_attempts = coalesce(max_attempts, ?)
                where id = any(array(select id from next))
                returning id, queue, priority, scheduled_at, attempt, max_attempts, headers, payload
            )
            select id, queue, scheduled_at, attempt, max_attempts, headers, payload,
                   (extract(epoch from clock_timestamp() - scheduled_at) * 1000000)::bigint as lag
            from claimed
            order by priority, scheduled_at, id
            """;

    private final JdbcTemplate jdbc;

    JobTable(DataSource dataSource) {
        this.jdbc = new FreshPlans(dataSource);
    }

    private <T> List<T> alongIndexes(String statement, RowMapper<T> rows, Object... arguments) {
        return Objects.requireNonNull(jdbc.execute(IndexPlans.FOR_NEXT + statement, (PreparedStatement prepared) -> {
            new ArgumentPreparedStatementSetter(arguments).setValues(prepared);
            prepared.execute();
            prepared.getMoreResults(); // of the settings
            try (ResultSet result = prepared.getResultSet()) {
                return new RowMapperResultSetExtractor<>(rows).extractData(result);
            }
        }));
    }

    /**
     * Begins an attempt of each of the first available jobs that nobody else is about to claim.
     *
     * @param maxAttempts of those that have no number of their own
     */
    List<Job> claim(String queue, int atMost, int maxAttempts, long lease) {
        return alongIndexes(CLAIM, (row, number) -> job(row, lease), queue, lease, queue, atMost, lease, maxAttempts);
    }

    private static final String BEGUN = """
            select id, queue, scheduled_at, attempt, max_attempts, headers, payload,
                   (extract(epoch from clock_timestamp() - scheduled_at) * 1000000)::bigint as lag
            from headgate.job
            where lease = ? and queue = ? and state = 'executing' and id <> all(?)
            limit 1000
            """;

    /** The jobs of a queue that are executing under this lease, except those that are known. */
    List<Job> begun(String queue, long lease, List<Long> known) {
        return jdbc.query(
                BEGUN,
                statement -> {
                    statement.setLong(1, lease);
                    statement.setString(2, queue);
                    setArray(statement, 3, "int8", known.stream());
                },
                (row, number) -> job(row, lease));
    }

    private static Job job(ResultSet row, long lease) throws SQLException {
        return new Job(
                row.getLong("id"),
                row.getString("queue"),
                row.getInt("attempt"),
                row.getInt("max_attempts"),
                row.getTimestamp("scheduled_at").toInstant(),
                Duration.ofNanos(Math.max(0, row.getLong("lag")) * 1000),
                row.getString("headers"),
                row.getBytes("payload"),
                lease,
                System.nanoTime());
    }

    private static final String COMPLETE = """
            update headgate.job
            set state = case state when 'executing' then 'completed' else state end,
                ended_at = coalesce(ended_at, now()), lease = null
            where id = any(?) and lease = ?
            returning id, queue, state
            """;

    /**
     * Ends attempts that succeeded.
     *
     * @return those that were still this lease's
     */
    List<Changed> complete(List<Long> ids, long lease) {
        return jdbc.query(
                COMPLETE,
                statement -> {
                    setArray(statement, 1, "int8", ids.stream());
                    statement.setLong(2, lease);
                },
                CHANGED);
    }

    // What was cancelled while it was executing stays so, and only loses its lease.
    private static final String END = """
            with outcome as (%1$s), ended as (
                update headgate.job j
                set state = case j.state when 'executing' then o.state else j.state end,
                    lease = null,
                    attempt = j.attempt - o.uncounted,
                    scheduled_at = coalesce(now() + o.delay * interval '1 millisecond', j.scheduled_at),
                    ended_at = case when j.state = 'executing' and o.state in ('cancelled', 'discarded') then now()
                                    else j.ended_at end,
                    errors = case when o.error is null then j.errors
                                  else j.errors || jsonb_build_object(
                                      'attempt', j.attempt, 'at', now(), 'error', o.error) end
                from outcome o
                where j.id = o.id and j.lease = o.lease
                returning j.id, j.queue, j.state, j.attempt, j.headers, j.payload, j.errors, o.reason
            ), dead as (
                insert into headgate.dead_letter as d
                    (pipeline, stage, reason, error, headers, payload, source, received_at, attempts, settled_at)
                select queue, 'job:' || queue, reason,
                       (select string_agg(format('attempt %%s, %%s: %%s', e ->> 'attempt', e ->> 'at', e ->> 'error'),
                                          E'\\n' order by position)
                        from jsonb_array_elements(errors) with ordinality as t (e, position)),
                       (select coalesce(json_object_agg(key, value), '{}')
                        from jsonb_each_text(headers) where value is not null),
                       payload, %2$s, now(), attempt, now()
                from ended where state = 'discarded'
                on conflict (pipeline, source, md5(coalesce(payload, ''::bytea))) do update
                   set state = 'dead', reason = excluded.reason, error = excluded.error,
                       received_at = excluded.received_at, attempts = d.attempts + excluded.attempts
            )
            select id, queue, state from ended
            """;

    private static String end(String outcome) {
        return END.formatted(outcome, SourcePosition.Job.sql("queue", "id"));
    }

    private static final String AS_TOLD = end("""
            select * from unnest(?::bigint[], ?::bigint[], ?::text[], ?::int[], ?::bigint[], ?::text[], ?::text[])
                as o (id, lease, state, uncounted, delay, reason, error)
            """);

    /**
     * Ends attempts in other ways; a discarded job also becomes a dead letter.
     *
     * @return those still of their leases
     */
    List<Changed> end(List<Ended> attempts) {
        return jdbc.query(
                AS_TOLD,
                statement -> {
                    setArray(statement, 1, "int8", attempts.stream().map(Ended::id));
                    setArray(statement, 2, "int8", attempts.stream().map(Ended::lease));
                    Supplier<Stream<JobOutcome>> outcomes =
                            () -> attempts.stream().map(Ended::outcome);
                    setArray(statement, 3, "text", outcomes.get().map(outcome -> outcome.state()
                            .toString()));
                    setArray(statement, 4, "int4", outcomes.get().map(outcome -> outcome.counts() ? 0 : 1));
                    setArray(statement, 5, "int8", outcomes.get().map(JobTable::delay));
                    setArray(statement, 6, "text", outcomes.get().map(JobOutcome::reason));
                    setArray(statement, 7, "text", outcomes.get().map(JobOutcome::error));
                },
                CHANGED);
    }

    private static final String RESCUE = end("""
            select id, lease, case when attempt < max_attempts then 'available' else 'discarded' end as state,
                   0 as uncounted, cast(null as bigint) as delay, 'process lost' as reason,
                   'its process stopped before it ended, or could not renew its lease' as error
            from headgate.job
            where lease = any(?)
            limit 1000
            for update skip locked
            """);

    /** Ends attempts whose leases are lost. */
    List<Changed> rescue(List<Long> leases) {
        return jdbc.query(RESCUE, statement -> setArray(statement, 1, "int8", leases.stream()), CHANGED);
    }

    /** What there is to do for those who keep the jobs: most of the time nothing. */
    record Chores(boolean due, boolean lost, boolean cancelled) {}

    // A lease is there before the first job of it, so one that is missing was given up or has expired.
    private static final String CHORES = """
            select exists (
                    select from headgate.job where state in ('scheduled', 'retryable') and scheduled_at <= now()),
                exists (select from headgate.job_lease where expires_at < now())
                    or exists (
                        select from headgate.job j
                        where lease is not null
                          and not exists (select from headgate.job_lease l where l.id = j.lease)),
                exists (select from headgate.job where lease = ? and state = 'cancelled')
            """;

    /** Asks for all of them at once, as an idle process does twice a second. */
    Chores chores(long lease) {
        return alongIndexes(
                        CHORES,
                        (row, number) -> new Chores(row.getBoolean(1), row.getBoolean(2), row.getBoolean(3)),
                        lease)
                .get(0);
    }

    private static final String STAGE = """
            with due as materialized (
                select id from headgate.job
                where state in ('scheduled', 'retryable') and scheduled_at <= now()
                order by scheduled_at
                limit 5000
                for update skip locked
            ), staged as (
                update headgate.job set state = 'available' where id = any(array(select id from due))
                returning queue
            )
            select distinct queue from staged
            """;

    /**
     * Makes available what is due, a few thousand at once.
     *
     * @return of which queues
     */
    List<String> stage() {
        return alongIndexes(STAGE, (row, number) -> row.getString(1));
    }

    private static final String CANCELLED = "select id from headgate.job where lease = ? and state = 'cancelled'";

    /** Those that were cancelled while they were executing, and whose handlers have not ended. */
    List<Long> cancelled(long lease) {
        return jdbc.queryForList(CANCELLED, Long.class, lease);
    }

    private static void setArray(
            PreparedStatement statement, int index, String type, Stream<? extends @Nullable Object> values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
    }

    private static @Nullable Long delay(JobOutcome outcome) {
        Duration delay = outcome.delay();
        return delay == null ? null : delay.toMillis();
    }
}
