package dev.headgate.manage.meters;

import dev.headgate.database.IndexPlans;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Asks the tables how much waits in them; by their partial indexes, and up to a bound. Thread-safe. */
public final class TableQueries {

    /** A relay's destination, its pending entries and the age of the oldest. */
    public record Pending(String destination, long entries, double oldestSeconds) {}

    /** Dead letters of one reason that nobody has decided about. */
    public record Open(String pipeline, String reason, long messages) {}

    /** Jobs of a queue in a state, and for how long the one that is due longest has been due. */
    public record Waiting(String queue, String state, long jobs, double oldestSeconds) {}

    /** A queue that was paused once or has a schedule; the next run in seconds of the epoch, NaN if there is none. */
    public record Queue(String name, boolean paused, double nextRun) {}

    /** What the tables hold. */
    public record Answer(
            List<Pending> outbox, List<Open> deadLetters, List<Waiting> jobs, List<Queue> queues, long ledgerKeys) {

        public Answer {
            outbox = List.copyOf(outbox);
            deadLetters = List.copyOf(deadLetters);
            jobs = List.copyOf(jobs);
            queues = List.copyOf(queues);
        }
    }

    // Compiling a plan takes longer.
    private static final String BOUNDS =
            IndexPlans.IN_TRANSACTION + "; set local jit = off; set local statement_timeout = '5s'";

    // Along the index outbox_pending. What two destinations have in one lane, by chance, counts for one of them.
    private static final String OUTBOX = """
            select first.destination, sum(p.entries), extract(epoch from now() - min(first.created_at))
            from (
                select lane, count(*) as entries
                from (
                    select hashtext(destination) & -16 | shard as lane
                    from headgate.outbox where delivered_at is null
                    order by hashtext(destination) & -16 | shard, id limit 100000
                ) pending
                group by lane
            ) p
            cross join lateral (
                select destination, created_at from headgate.outbox
                where hashtext(destination) & -16 | shard = p.lane and delivered_at is null
                order by id limit 1
            ) first
            group by first.destination
            """;

    private static final String DEAD_LETTERS = """
            select pipeline, reason, count(*)
            from (
                select pipeline, reason from headgate.dead_letter
                where settled_at is null and state <> 'discarded'
                order by pipeline limit 100000
            ) open
            group by pipeline, reason
            order by count(*) desc
            """;

    // The first part goes from queue to queue through the index. What is due becomes available where a process runs.
    private static final String JOBS = """
            with recursive q (queue) as (
                (select queue from headgate.job where state = 'available' order by queue limit 1)
                union all
                select (select j.queue from headgate.job j where j.state = 'available' and j.queue > q.queue
                        order by j.queue limit 1)
                from q where q.queue is not null
            )
            select q.queue, 'available',
                   (select count(*) from (select from headgate.job j where j.state = 'available' and j.queue = q.queue
                                          limit 100000) counted),
                   extract(epoch from now() - (
                       select min(first.scheduled_at) from generate_series(0, 9) as p (priority)
                       cross join lateral (
                           select j.scheduled_at from headgate.job j
                           where j.state = 'available' and j.queue = q.queue and j.priority = p.priority::smallint
                           order by j.scheduled_at limit 1) first))
            from q where q.queue is not null
            union all
            select queue, state, count(*), greatest(0, extract(epoch from now() - min(scheduled_at)))
            from (select queue, state, scheduled_at from headgate.job where state in ('scheduled', 'retryable')
                  order by scheduled_at limit 100000) due
            group by queue, state
            union all
            select queue, state, count(*), 0
            from (select queue, state from headgate.job where lease is not null and state = 'executing'
                  limit 100000) leased
            group by queue, state
            """;

    private static final String QUEUES = """
            select name, paused_at is not null, extract(epoch from next_run_at) from headgate.job_queue
            order by name limit 1000
            """;

    private static final String LEDGER =
            "select greatest(reltuples, 0)::bigint from pg_class where oid = 'headgate.ledger'::regclass";

    private final DataSource dataSource;

    public TableQueries(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    public Answer ask() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                statement.execute(BOUNDS);
                return new Answer(
                        outbox(statement),
                        deadLetters(statement),
                        jobs(statement),
                        queues(statement),
                        ledgerKeys(statement));
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private static List<Pending> outbox(Statement statement) throws SQLException {
        List<Pending> pending = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(OUTBOX)) {
            while (row.next()) {
                pending.add(new Pending(row.getString(1), row.getLong(2), Math.max(0, row.getDouble(3))));
            }
        }
        return pending;
    }

    private static List<Open> deadLetters(Statement statement) throws SQLException {
        List<Open> open = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(DEAD_LETTERS)) {
            while (row.next()) {
                open.add(new Open(row.getString(1), row.getString(2), row.getLong(3)));
            }
        }
        return open;
    }

    private static List<Waiting> jobs(Statement statement) throws SQLException {
        List<Waiting> jobs = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(JOBS)) {
            while (row.next()) {
                jobs.add(
                        new Waiting(row.getString(1), row.getString(2), row.getLong(3), Math.max(0, row.getDouble(4))));
            }
        }
        return jobs;
    }

    private static List<Queue> queues(Statement statement) throws SQLException {
        List<Queue> queues = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(QUEUES)) {
            while (row.next()) {
                double nextRun = row.getDouble(3);
                boolean none = row.wasNull();
                queues.add(new Queue(row.getString(1), row.getBoolean(2), none ? Double.NaN : nextRun));
            }
        }
        return queues;
    }

    private static long ledgerKeys(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(LEDGER)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
