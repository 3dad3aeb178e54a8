package dev.headgate.job;

import dev.headgate.message.Headers;
import dev.headgate.message.SourcePosition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** What people ask the jobs and decide about them. Each call is a statement and a transaction of its own. Thread-safe. */
public final class JobQueues {

    private static final String CHOSEN = """
            (cardinality(cast(:ids as bigint[])) = 0 or j.id = any (:ids))
            and (cast(:queue as text) is null or queue = :queue) and (cast(:state as text) is null or state = :state)
            """;

    private static final String FIND = """
            select j.*, l.holder from headgate.job j left join headgate.job_lease l on l.id = j.lease
            where %s
            order by j.id desc
            limit :limit
            """.formatted(CHOSEN);

    // One that executes still has its lease, and so has one that was cancelled until its handler has ended.
    // A dead letter of a job that is done again is as good as replayed.
    private static final String RETRY = """
            with again as (
                update headgate.job j
                set state = 'available', scheduled_at = now(), ended_at = null,
                    max_attempts = greatest(max_attempts, attempt + 1)
                where %s and lease is null and state <> 'available'
                returning queue, id
            ), letters as (
                update headgate.dead_letter d set state = 'replayed', replayed_at = now(), replays = replays + 1
                from again where d.pipeline = again.queue and d.source = %s
                    and d.state = 'dead'
            )
            select count(*) from again
            """.formatted(CHOSEN, SourcePosition.Job.sql("again.queue", "again.id"));

    private static final String CANCEL = """
            update headgate.job j set state = 'cancelled', ended_at = now()
            where %s and state in ('available', 'scheduled', 'executing', 'retryable')
            """.formatted(CHOSEN);

    private static final String PAUSE = """
            insert into headgate.job_queue as q (name, paused_at) values (:queue, now())
            on conflict (name) do update set paused_at = coalesce(q.paused_at, excluded.paused_at)
            """;

    private static final String RESUME =
            "update headgate.job_queue set paused_at = null where name = :queue and paused_at is not null";

    private static final String QUEUES = """
            select name, paused_at, next_run_at, state, jobs, lag
            from (select name from headgate.job_queue union select distinct queue from headgate.job) names
            left join headgate.job_queue using (name)
            left join (
                select queue as name, state, count(*) as jobs,
                       coalesce(extract(epoch from now() - min(scheduled_at)
                           filter (where state = 'available' or state in ('scheduled', 'retryable') and scheduled_at < now())
                       ), 0) * 1000 as lag
                from headgate.job group by queue, state) counts using (name)
            order by name, state
            """;

    private final NamedParameterJdbcTemplate jdbc;

    public JobQueues(DataSource dataSource) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
    }

    /** The newest first. */
    public List<JobInfo> find(JobSelection selection, int limit) {
        return jdbc.query(FIND, parameters(selection).addValue("limit", limit), (row, number) -> info(row));
    }

    /**
     * Makes jobs available now, with one more attempt if they have none left: those that have ended, and those that wait.
     *
     * @return how many
     */
    public long retry(JobSelection selection) {
        Long count = jdbc.queryForObject(RETRY, parameters(selection), Long.class);
        return count == null ? 0 : count;
    }

    /**
     * Cancels jobs that have not ended. The handler of one that executes is interrupted, within a second.
     *
     * @return how many
     */
    public int cancel(JobSelection selection) {
        return jdbc.update(CANCEL, parameters(selection));
    }

    /** Lets no process claim jobs of the queue; those that execute go on. */
    public void pause(String queue) {
        jdbc.update(PAUSE, Map.of("queue", queue));
    }

    /** Ends a pause; false if there was none. */
    public boolean resume(String queue) {
        return jdbc.update(RESUME, Map.of("queue", queue)) == 1;
    }

    /** All queues that have or had a job, a pause or a schedule, by name. */
    public List<QueueInfo> queues() {
        Map<String, QueueInfo> queues = new LinkedHashMap<>();
        jdbc.query(QUEUES, row -> {
            QueueInfo queue = queues.computeIfAbsent(row.getString("name"), name -> empty(row, name));
            if (row.getString("state") != null) {
                queue.jobs().put(JobState.of(row.getString("state")), row.getLong("jobs"));
                Duration lag = Duration.ofMillis(row.getLong("lag"));
                if (lag.compareTo(queue.lag()) > 0) {
                    queues.put(
                            queue.queue(),
                            new QueueInfo(queue.queue(), queue.jobs(), lag, queue.pausedAt(), queue.nextRunAt()));
                }
            }
        });
        return List.copyOf(queues.values());
    }

    private static QueueInfo empty(ResultSet row, String name) {
        try {
            return new QueueInfo(
                    name,
                    new EnumMap<>(JobState.class),
                    Duration.ZERO,
                    instant(row, "paused_at"),
                    instant(row, "next_run_at"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MapSqlParameterSource parameters(JobSelection selection) {
        JobState state = selection.state();
        return new MapSqlParameterSource("ids", selection.ids().toArray(Long[]::new))
                .addValue("queue", selection.queue())
                .addValue("state", state == null ? null : state.toString());
    }

    private static JobInfo info(ResultSet row) throws SQLException {
        String headers = row.getString("headers");
        return new JobInfo(
                row.getLong("id"),
                row.getString("queue"),
                JobState.of(row.getString("state")),
                row.getInt("priority"),
                row.getInt("attempt"),
                row.getObject("max_attempts", Integer.class),
                row.getTimestamp("inserted_at").toInstant(),
                row.getTimestamp("scheduled_at").toInstant(),
                instant(row, "attempted_at"),
                instant(row, "ended_at"),
                row.getString("holder"),
                headers == null ? Map.of() : Headers.parse(headers),
                row.getBytes("payload"),
                row.getString("errors"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp timestamp = row.getTimestamp(column);
        return timestamp == null ? null : timestamp.toInstant();
    }
}
