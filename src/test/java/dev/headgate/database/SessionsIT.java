package dev.headgate.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.job.JobOptions;
import dev.headgate.job.JobState;
import dev.headgate.job.Jobs;
import dev.headgate.job.NewJob;
import dev.headgate.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** What a session gives does not depend on where its process runs, nor on what somebody has set for the database. */
class SessionsIT {

    private static final TimeZone BEFORE = TimeZone.getDefault();

    @TempDir
    static Path folder;

    /** Milliseconds between two looks of a pool that is made at what is idle. */
    private static final String HOUSEKEEPING = "com.zaxxer.hikari.housekeeping.periodMs";

    private static DevPostgres server;
    private static Settings settings;
    private static Database database;
    private static JdbcTemplate sql;

    @BeforeAll
    static void start() throws Exception {
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        server = DevPostgres.start(folder.resolve("postgres"));
        JdbcTemplate operator = new JdbcTemplate(server.dataSource());
        String name = operator.queryForObject("select current_database()", String.class);
        for (String setting : List.of(
                "default_transaction_isolation to 'repeatable read'",
                "datestyle to 'ISO, DMY'",
                "intervalstyle to 'iso_8601'",
                "bytea_output to 'escape'",
                "search_path to nowhere",
                "timezone to 'Asia/Tokyo'")) {
            operator.execute("alter database " + name + " set " + setting);
        }
        settings = Settings.defaults()
                .with(
                        Map.of(
                                "headgate.database.url", server.jdbcUrl(),
                                "headgate.database.user", server.user(),
                                "headgate.database.password", server.password()),
                        "the test");
        Path own = Files.createDirectories(folder.resolve("migrations"));
        Files.writeString(
                own.resolve("V1__own.sql"), "create table own as select timestamptz '2026-07-01 12:00' as at");
        new Migrations(settings).apply(folder);
        database = new Database(settings);
        sql = new JdbcTemplate(database.dataSource());
    }

    @AfterAll
    static void stop() {
        if (database != null) {
            database.close();
        }
        if (server != null) {
            server.close();
        }
        TimeZone.setDefault(BEFORE);
    }

    private static String text(String expression) {
        return sql.queryForObject("select (" + expression + ")::text", String.class);
    }

    @Test
    void a_time_without_an_offset_is_one_of_utc_in_messages_and_in_migrations() {
        assertThat(text("timestamptz '2026-07-01T12:00:00'")).isEqualTo("2026-07-01 12:00:00+00");
        assertThat(text("select at from own")).isEqualTo("2026-07-01 12:00:00+00");
    }

    @Test
    void a_date_whose_order_would_have_to_be_guessed_is_refused() {
        assertThat(text("date '2026-02-01'")).isEqualTo("2026-02-01");
        assertThatThrownBy(() -> text("date '01/02/2026'")).hasMessageContaining("out of range");
    }

    @Test
    void what_becomes_text_has_the_same_form_everywhere() {
        assertThat(text("interval '90 min'")).isEqualTo("01:30:00");
        assertThat(text("'\\x01ff'::bytea")).isEqualTo("\\x01ff");
        assertThat(text("to_char(1.5, '9D9')")).isEqualTo(" 1.5");
        assertThat(text("current_schemas(false)")).isEqualTo("{public}");
    }

    @Test
    void a_transaction_with_another_isolation_leaves_none_of_it_behind() {
        TransactionTemplate other = new TransactionTemplate(new Transactions(database.dataSource()));
        other.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
        String isolation = "select pg_backend_pid() || current_setting('transaction_isolation')";
        String within = other.execute(status -> sql.queryForObject(isolation, String.class));
        assertThat(sql.queryForObject(isolation, String.class))
                .isEqualTo(within.replace("serializable", "read committed"));
    }

    @Test
    void a_pool_falls_to_two_connections_and_grows_again_at_once() throws Exception {
        System.setProperty(HOUSEKEEPING, "50");
        try (Database quiet = new Database(settings)) {
            HikariDataSource pool = (HikariDataSource) quiet.dataSource();
            int most = pool.getMaximumPoolSize();
            assertThat(take(pool, most)).hasSize(most).doesNotHaveDuplicates();

            pool.getHikariConfigMXBean().setIdleTimeout(1);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> pool.getHikariPoolMXBean().getTotalConnections() == 2);
            assertThat(take(pool, most)).hasSize(most).doesNotHaveDuplicates();
        } finally {
            System.clearProperty(HOUSEKEEPING);
        }
    }

    /** As many at once; the sessions behind them. */
    private static List<Integer> take(DataSource pool, int connections) throws Exception {
        List<Connection> taken = new ArrayList<>();
        List<Integer> sessions = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                taken.add(pool.getConnection());
                sessions.add(taken.get(i).unwrap(PGConnection.class).getBackendPID());
            }
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
        return sessions;
    }

    @Test
    void a_statement_sees_what_was_committed_before_it_so_that_a_unique_job_is_enqueued_once() throws Exception {
        assertThat(sql.queryForObject("show transaction_isolation", String.class))
                .isEqualTo("read committed");
        Jobs jobs = new Jobs(database.dataSource(), InstantSource.system(), queue -> {});
        JobOptions unique =
                new JobOptions("receipts", 0, null, null, new JobOptions.Unique(null, Set.of(JobState.values())));
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            for (Future<List<Long>> enqueued : threads.invokeAll(IntStream.range(0, 6)
                    .<Callable<List<Long>>>mapToObj(i ->
                            () -> jobs.enqueue(unique, List.of(NewJob.of("order 1".getBytes(StandardCharsets.UTF_8)))))
                    .toList())) {
                enqueued.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(sql.queryForObject("select count(*) from headgate.job", Long.class))
                .isEqualTo(1);
    }
}
