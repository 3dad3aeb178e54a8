package dev.headgate.database;

import dev.headgate.settings.Settings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second, through a connection of its own, which sessions of this process wait for a lock and who has it: once
 * the wait has failed nobody can tell. Thread-safe.
 */
final class LockWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LockWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    private static final Duration MEMORY = Duration.ofSeconds(5);

    // Those that do not wait themselves come first. What is of another user is seen in part only.
    private static final String HOLDERS = """
            select *
            from (
                select distinct on (holder.pid) holder.pid, application_name, usename, client_addr, client_port, state,
                    state_change, left(regexp_replace(query, '\\s+', ' ', 'g'), 80) as query,
                    coalesce(wait_event_type = 'Lock', false) as waits
                from (
                    select unnest(pg_blocking_pids(pid)) as pid
                    from pg_stat_activity
                    where wait_event_type = 'Lock' and usename = current_user
                        and application_name = current_setting('application_name')
                ) holder
                left join pg_stat_activity activity on activity.pid = holder.pid
            ) holders
            order by waits, state_change
            limit 2
            """;

    private final Settings settings;
    private final Thread thread = new Thread(this::run, "lock-watch");
    private volatile @Nullable Sighting latest;

    private record Sighting(String holders, long nanoTime) {}

    LockWatch(Settings settings) {
        this.settings = settings;
        thread.setDaemon(true);
        thread.start();
    }

    /** Whom a session of this process waited for a moment ago; null if there was none. */
    @Nullable
    String holders() {
        Sighting sighting = latest;
        return sighting != null && System.nanoTime() - sighting.nanoTime < MEMORY.toNanos() ? sighting.holders : null;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                try (Connection connection = Database.connect(settings, Database.QUICK)) {
                    while (true) {
                        look(connection);
                        pause();
                    }
                } catch (SQLException e) {
                    LOG.debug("Nobody can say at present who holds locks", e);
                    Thread.sleep(AFTER_FAILURE.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** If it ends far too late, the whole process has stood still. */
    private static void pause() throws InterruptedException {
        long start = System.nanoTime();
        Thread.sleep(INTERVAL.toMillis());
        Duration paused = Duration.ofNanos(System.nanoTime() - start);
        if (paused.compareTo(SessionSettings.IDLE_IN_TRANSACTION.dividedBy(2)) > 0) {
            LOG.warn(
                    "This process stood still for {} s: it was stopped or suspended, or had no processor or memory. The"
                            + " database may have ended its open transactions; what was in them is tried again.",
                    paused.toSeconds());
        }
    }

    private void look(Connection connection) throws SQLException {
        List<String> holders = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(HOLDERS)) {
            while (row.next()) {
                holders.add(holder(row));
            }
        }
        if (!holders.isEmpty()) {
            latest = new Sighting(String.join(" and ", holders), System.nanoTime());
        }
    }

    private static String holder(ResultSet row) throws SQLException {
        int pid = row.getInt("pid");
        if (pid == 0) {
            return "a prepared transaction (see pg_prepared_xacts)";
        }
        String name = row.getString("application_name");
        String user = row.getString("usename");
        String state = row.getString("state");
        if (state == null) {
            return "pid %d (%s, user %s; only pg_read_all_stats sees more)".formatted(pid, name, user);
        }
        Instant since = row.getTimestamp("state_change").toInstant().truncatedTo(ChronoUnit.SECONDS);
        return "pid %d (%s, user %s, from %s:%s), %s since %s, last statement: %s"
                .formatted(
                        pid,
                        name,
                        user,
                        row.getString("client_addr"),
                        row.getString("client_port"),
                        state,
                        since,
                        row.getString("query"));
    }
}
