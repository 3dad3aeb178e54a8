package dev.headgate.manage.meters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.database.Database;
import dev.headgate.database.Migrations;
import dev.headgate.database.RolledBackSession;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.manage.meters.TableQueries.Answer;
import dev.headgate.manage.meters.TableQueries.Pending;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Processes count what waits by turns. Time passes by what the table says of it. */
class BacklogIT {

    private static DevPostgres server;
    private static Settings settings;
    private static JdbcTemplate sql;

    private final AtomicInteger counts = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    static void start(@TempDir Path folder) {
        server = DevPostgres.start(folder.resolve("postgres"));
        sql = new JdbcTemplate(server.dataSource());
        settings = Settings.defaults()
                .with(
                        Map.of(
                                "headgate.database.url", server.jdbcUrl(),
                                "headgate.database.user", server.user(),
                                "headgate.database.password", server.password()),
                        "the test");
        new Migrations(settings).apply(folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void empty() {
        sql.execute("truncate headgate.outbox, headgate.job_queue");
        sql.execute("update headgate.backlog set asked_at = 'epoch', answered_at = 'epoch', answer = null");
        sql.execute("insert into headgate.job_queue (name) values ('without schedule')");
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void one_process_counts_and_the_others_say_the_same() throws Exception {
        Backlog one = process();
        Backlog other = process();
        write(3);

        Answer counted = one.ask().answer();
        answered("1 hour");
        write(1);

        assertThat(counted.outbox()).extracting(Pending::entries).containsExactly(3L);
        assertThat(counted.queues()).hasSize(1);
        assertThat(other.ask().answer()).isEqualTo(counted);
        assertThat(one.ask().answer()).isEqualTo(counted);
        assertThat(counts).hasValue(1);
    }

    @Test
    void an_answer_of_five_seconds_ago_is_counted_anew_by_whoever_asks_first() throws Exception {
        Backlog one = process();
        Backlog other = process();
        one.ask();
        answered("-5 seconds");
        write(4);

        Answer counted = other.ask().answer();
        answered("1 hour");

        assertThat(counted.outbox()).extracting(Pending::entries).containsExactly(4L);
        assertThat(one.ask().answer()).isEqualTo(counted);
        assertThat(counts).hasValue(2);
    }

    @Test
    void while_one_counts_nobody_else_does() throws Exception {
        process().ask();
        answered("-5 seconds");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch rest = new CountDownLatch(1);
        Future<Backlog.Told> slow = threads.submit(() -> process(begun, rest).ask());
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        List<Future<Backlog.Told>> others = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            others.add(threads.submit(() -> process().ask()));
        }
        for (Future<Backlog.Told> told : others) {
            assertThat(told.get(30, TimeUnit.SECONDS).age()).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
        }
        rest.countDown();

        assertThat(slow.get(30, TimeUnit.SECONDS).age()).isZero();
        assertThat(counts).hasValue(2);
    }

    @Test
    void who_dies_with_the_turn_loses_it_after_fifteen_seconds() throws Exception {
        process().ask();
        answered("-5 seconds");
        assertThatThrownBy(() -> new Backlog(server.dataSource(), () -> {
                            throw new IllegalStateException("killed");
                        })
                        .ask())
                .hasMessage("killed");
        write(2);
        Backlog other = process();

        sql.execute("update headgate.backlog set answered_at = clock_timestamp() - interval '15 seconds',"
                + " asked_at = clock_timestamp() - interval '1 second'");
        assertThat(other.ask().answer().outbox()).isEmpty();
        sql.execute("update headgate.backlog set asked_at = clock_timestamp() - interval '15 seconds'");
        assertThat(other.ask().answer().outbox()).extracting(Pending::entries).containsExactly(2L);

        assertThat(counts).hasValue(2);
    }

    @Test
    void who_stood_still_with_the_turn_does_not_write_over_what_was_counted_since() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch thawed = new CountDownLatch(1);
        Future<Backlog.Told> frozen =
                threads.submit(() -> process(begun, thawed).ask());
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        write(2);
        sql.execute("update headgate.backlog set asked_at = clock_timestamp() - interval '15 seconds'");
        Answer counted = process().ask().answer();
        answered("1 hour");

        thawed.countDown();
        frozen.get(30, TimeUnit.SECONDS);

        assertThat(counted.outbox()).extracting(Pending::entries).containsExactly(2L);
        assertThat(process().ask().answer()).isEqualTo(counted);
    }

    @Test
    void in_a_database_that_can_only_be_read_each_counts_for_itself() throws Exception {
        process().ask();
        answered("-5 seconds");
        write(2);
        DataSource reading = new DriverManagerDataSource(
                server.jdbcUrl() + "?options=-c%20default_transaction_read_only=on", server.user(), server.password());

        for (int i = 0; i < 2; i++) {
            Backlog.Told told = process(reading).ask();
            assertThat(told.answer().outbox()).extracting(Pending::entries).containsExactly(2L);
            assertThat(told.age()).isZero();
        }
        assertThat(counts).hasValue(3);
    }

    @Test
    void what_nobody_has_counted_for_half_a_minute_is_not_said() throws Exception {
        process().ask();
        write(2);
        sql.execute("update headgate.backlog set answered_at = clock_timestamp() - interval '30 seconds',"
                + " asked_at = clock_timestamp() + interval '1 hour'");

        assertThat(process().ask().answer().outbox())
                .extracting(Pending::entries)
                .containsExactly(2L);
    }

    @Test
    void a_session_that_is_rolled_back_takes_no_turn() throws Exception {
        try (RolledBackSession session = RolledBackSession.open(settings);
                Database database = new Database(session)) {
            process(database.dataSource()).ask();

            process().ask();
        }
        assertThat(sql.queryForObject("select answered_at > 'epoch' from headgate.backlog", Boolean.class))
                .isTrue();
        assertThat(counts).hasValue(2);
    }

    private Backlog process() {
        return process(server.dataSource());
    }

    private Backlog process(DataSource dataSource) {
        return new Backlog(dataSource, () -> count(dataSource));
    }

    /** Says what it has counted only when it may. */
    private Backlog process(CountDownLatch begun, CountDownLatch goOn) {
        return new Backlog(server.dataSource(), () -> {
            Answer counted = count(server.dataSource());
            begun.countDown();
            try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return counted;
        });
    }

    private Answer count(DataSource dataSource) throws SQLException {
        counts.incrementAndGet();
        return new TableQueries(dataSource).ask();
    }

    private static void answered(String from) {
        sql.update(
                "update headgate.backlog set asked_at = clock_timestamp() + cast(? as interval) - interval '1 second',"
                        + " answered_at = clock_timestamp() + cast(? as interval)",
                from,
                from);
    }

    private static void write(int entries) {
        sql.update("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', 'orders', 'key', 'x' from generate_series(1, ?)
                """, entries);
    }
}
