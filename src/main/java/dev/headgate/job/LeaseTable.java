package dev.headgate.job;

import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The leases, each a row that its process renews, by the clock of the database. Thread-safe. */
final class LeaseTable {

    private static final String TAKE = """
            insert into headgate.job_lease (holder, expires_at) values (?, now() + ? * interval '1 millisecond')
            returning id
            """;

    private static final String RENEW =
            "update headgate.job_lease set expires_at = now() + ? * interval '1 millisecond' where id = ?";

    private static final String GIVE_UP = "delete from headgate.job_lease where id = ?";

    private static final String EXPIRE = "delete from headgate.job_lease where expires_at < now()";

    // A lease is there before the first job of it, so one that is missing was given up or has expired. It will not
    // come back: ids are not used twice.
    private static final String LOST = """
            select distinct lease from headgate.job j
            where lease is not null and not exists (select from headgate.job_lease l where l.id = j.lease)
            """;

    private final JdbcTemplate jdbc;

    LeaseTable(DataSource dataSource) {
        this.jdbc = new FreshPlans(dataSource);
    }

    /** A lease that nobody had before, greater than all before it. */
    long take(String holder, Duration lasting) {
        Long id = jdbc.queryForObject(TAKE, Long.class, holder, lasting.toMillis());
        return id == null ? 0 : id;
    }

    /** False if it has expired, and somebody has noticed. */
    boolean renew(long lease, Duration lasting) {
        return jdbc.update(RENEW, lasting.toMillis(), lease) == 1;
    }

    void giveUp(long lease) {
        jdbc.update(GIVE_UP, lease);
    }

    /** Those of jobs whose processes have stopped, died or were not heard of in time. */
    List<Long> lost() {
        jdbc.update(EXPIRE);
        return jdbc.queryForList(LOST, Long.class);
    }
}
