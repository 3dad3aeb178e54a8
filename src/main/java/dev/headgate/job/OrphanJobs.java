package dev.headgate.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Jobs that are being executed by nobody. Only reads. Thread-safe. */
public final class OrphanJobs {

    // Whoever executes jobs rescues those of others within seconds.
    private static final String FIND = """
            select j.id, j.queue, j.attempted_at from headgate.job j
            where (j.lease is not null or j.state = 'executing')
              and coalesce(j.attempted_at, j.inserted_at) < now() - ? * interval '1 millisecond'
              and not exists (
                select from headgate.job_lease l
                where l.id = j.lease and l.expires_at > now() - ? * interval '1 millisecond')
            order by j.id
            limit ?
            """;

    /** A job whose process is gone, and since when it was executing it. */
    public record Orphan(long id, String queue, Instant since) {}

    private final JdbcTemplate jdbc;

    public OrphanJobs(DataSource dataSource) {
        this.jdbc = new FreshPlans(dataSource);
    }

    /** The first of those whose process gave up its lease, or did not renew it, for longer than this. */
    public List<Orphan> find(Duration longerThan, int atMost) {
        return jdbc.query(
                FIND,
                (row, number) -> new Orphan(
                        row.getLong(1), row.getString(2), row.getTimestamp(3).toInstant()),
                longerThan.toMillis(),
                longerThan.toMillis(),
                atMost);
    }
}
