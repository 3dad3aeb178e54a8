package dev.headgate.job;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Enqueues a job for each run of a queue's schedule, once, in however many processes: whoever moves the time of the next
 * run on inserts the jobs of those before it, in one statement. Used by one thread.
 */
final class QueueSchedule {

    // Of two processes with different schedules the one that began last decides.
    private static final String BEGIN = """
            insert into headgate.job_queue as q (name, schedule, next_run_at) values (?, ?, ?)
            on conflict (name) do update set schedule = excluded.schedule, next_run_at = excluded.next_run_at
            where q.schedule is distinct from excluded.schedule
            """;

    private static final String NEXT = "select next_run_at from headgate.job_queue where name = ? and schedule = ?";

    private static final String RUN = """
            with moved as (
                update headgate.job_queue set next_run_at = ?
                where name = ? and schedule = ? and next_run_at = ?
                returning name
            )
            insert into headgate.job (queue, scheduled_at)
            select name, run from moved cross join unnest(?::timestamptz[]) as run
            order by run
            """;

    private final String queue;
    private final CronSchedule schedule;
    private final InstantSource clock;
    private final JdbcTemplate jdbc;
    private boolean begun;

    QueueSchedule(String queue, CronSchedule schedule, InstantSource clock, DataSource dataSource) {
        this.queue = queue;
        this.schedule = schedule;
        this.clock = clock;
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /** Enqueues what is due; returns how many. */
    int run() {
        Instant now = clock.instant();
        if (!begun) {
            jdbc.update(BEGIN, queue, schedule.text(), Timestamp.from(schedule.next(now)));
            begun = true;
        }
        List<Timestamp> next = jdbc.queryForList(NEXT, Timestamp.class, queue, schedule.text());
        if (next.isEmpty() || next.get(0).toInstant().isAfter(now)) {
            return 0;
        }
        CronSchedule.Due due = schedule.due(next.get(0).toInstant(), now);
        return jdbc.update(RUN, statement -> {
            statement.setTimestamp(1, Timestamp.from(due.next()));
            statement.setString(2, queue);
            statement.setString(3, schedule.text());
            statement.setTimestamp(4, next.get(0));
            statement.setArray(
                    5,
                    statement
                            .getConnection()
                            .createArrayOf(
                                    "timestamptz",
                                    due.runs().stream().map(Instant::toString).toArray()));
        });
    }
}
