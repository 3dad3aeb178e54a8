package dev.headgate.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.HeadgateException;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.message.StoredText;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionTemplate;

class MigrationsIT {

    private static DevPostgres postgres;

    @TempDir
    Path routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        postgres = DevPostgres.start(directory.resolve("postgres"));
    }

    @AfterAll
    static void stop() {
        postgres.stop();
    }

    /** The user is named as the schema, as by default: a trap, for the search path names the user's schema first. */
    @BeforeEach
    void empty() throws SQLException {
        try (Connection connection = postgres.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop database if exists headgate with (force)");
            statement.execute("drop role if exists headgate");
            statement.execute("create role headgate login password 'headgate'");
            statement.execute("create database headgate owner headgate");
        }
    }

    @Test
    void tables_are_made_once_and_the_users_own_go_to_public() throws Exception {
        execute("create table public.legacy (id int)");
        own("V1__orders.sql", "create table orders (id text primary key, note text default '${unresolved}')");

        new Migrations(settings()).apply(routes);
        new Migrations(settings()).apply(routes);

        assertThat(schemaOf("ledger")).isEqualTo("headgate");
        assertThat(schemaOf("outbox")).isEqualTo("headgate");
        assertThat(schemaOf("orders")).isEqualTo("public");
        assertThat(schemaOf("headgate_user_migrations")).isEqualTo("public");
    }

    @Test
    void keys_of_a_ledger_from_before_get_the_forms_of_now() throws Exception {
        Flyway.configure()
                .dataSource(url("headgate"), "headgate", "headgate")
                .schemas("headgate")
                .locations("classpath:dev/headgate/database")
                .target("5")
                .load()
                .migrate();
        String digest = "0f".repeat(32);
        execute("""
                insert into headgate.ledger (pipeline, key, source)
                select 'p', key, source from (values
                    ('order-17-3', 'orders-0-1'), ('orders-0-2', 'orders-0-2'), ('sqs:q:u', 'sqs:q:u'),
                    ('orders-0-9', 'orders-0-3'), ('@home', 'orders-0-4'), ('@at:orders-0-2', 'orders-0-5'),
                    ('base64://4=', 'orders-0-6'), ('sha256:%s', 'orders-0-7'), ('base64: not', 'orders-0-8'),
                    ('job-7', 'job:send:7'), ('job-8', 'orders-0-10'), ('unknown', null)) as rows (key, source)
                """.formatted(digest));

        new Migrations(settings()).apply(routes);

        assertThat(texts(
                        "select replace(key, (select id::text from headgate.installation), 'ID') from headgate.ledger"))
                .containsExactlyInAnyOrder(
                        "order-17-3",
                        "@at:orders-0-2",
                        "@at:sqs:q:u",
                        "orders-0-9",
                        "@id:@home",
                        "@id:@at:orders-0-2",
                        "base64://4=",
                        "@base64://4=",
                        "sha256:" + digest,
                        "@sha256:" + digest,
                        "base64: not",
                        "ID-job-7",
                        "job-8",
                        "unknown");
    }

    @Test
    void keys_of_dead_letters_from_before_that_begin_like_bytes_stay_what_they_are() throws Exception {
        Flyway.configure()
                .dataSource(url("headgate"), "headgate", "headgate")
                .schemas("headgate")
                .locations("classpath:dev/headgate/database")
                .target("8")
                .load()
                .migrate();
        String longKey = "base64:" + "x".repeat(100);
        execute("""
                insert into headgate.dead_letter (pipeline, stage, reason, key, headers, source, received_at)
                select 'p', 's', 'r', key, '{"a":"1"}', source, now() from (values
                    ('order-1', 'orders-0-1'), (null, 'orders-0-2'), ('base64:/w==', 'orders-0-3'),
                    ('%s', 'sqs:orders:1'), ('base64:/w==', 'outbox:out:1'), ('base64:/w==', 'job:send:1'))
                    as rows (key, source)
                """.formatted(longKey));

        new Migrations(settings()).apply(routes);

        assertThat(texts("select coalesce(key, 'none') from headgate.dead_letter order by id"))
                .containsExactly(
                        "order-1",
                        "none",
                        StoredText.of("base64:/w=="),
                        StoredText.of(longKey),
                        "base64:/w==",
                        "base64:/w==");
    }

    @Test
    void entries_of_an_outbox_from_before_stay_pending_and_are_found_by_their_lane_alone() throws Exception {
        Flyway.configure()
                .dataSource(url("headgate"), "headgate", "headgate")
                .schemas("headgate")
                .locations("classpath:dev/headgate/database")
                .target("9")
                .load()
                .migrate();
        execute("""
                insert into headgate.outbox (pipeline, destination, key, payload, delivered_at)
                select 'p', 'd' || n % 3, 'key-' || n, 'x', case when n % 2 = 0 then now() end
                from generate_series(1, 5000) n
                """);

        new Migrations(settings()).apply(routes);
        execute("insert into headgate.outbox (pipeline, destination, key) values ('p', 'd1', 'key-1')");

        assertThat(number("select count(*) from headgate.outbox where delivered_at is null"))
                .isEqualTo(2_501);
        assertThat(number("select max(id) from headgate.outbox")).isEqualTo(5_001);
        assertThat(number("select count(distinct id) from headgate.outbox")).isEqualTo(5_001);
        assertThat(texts("""
                explain select id from headgate.outbox
                where (hashtext(destination) & -16 | shard) = (hashtext('d1') & -16 | 3) and destination = 'd1'
                  and delivered_at is null
                order by id limit 10
                """))
                .anySatisfy(line -> assertThat(line).contains("Index Scan using outbox_pending"))
                .noneSatisfy(line -> assertThat(line).contains("Sort"));
    }

    @Test
    void connections_of_the_pool_see_public_first() throws Exception {
        new Migrations(settings()).apply(routes);

        try (Database database = new Database(settings());
                Connection connection = database.dataSource().getConnection()) {
            assertThat(connection.getSchema()).isEqualTo("public");
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void sessions_of_the_pool_end_what_nobody_goes_on_with() throws Exception {
        try (Database database = new Database(settings())) {
            assertThat(setting(database, "idle_in_transaction_session_timeout")).isEqualTo("10s");
            assertThat(setting(database, "lock_timeout")).isEqualTo("5s");
            assertThat(setting(database, "statement_timeout"))
                    .as("before the client gives up its socket")
                    .isEqualTo("50s");
            assertThat(setting(database, "tcp_user_timeout")).isEqualTo("20000");
            assertThat(setting(database, "application_name"))
                    .startsWith("headgate " + ProcessHandle.current().pid() + "@");
        }
    }

    @Test
    void what_the_url_or_the_role_sets_is_left_as_it_is() throws Exception {
        execute("alter role headgate set lock_timeout = '7s'");
        String url = url("headgate") + "?socketTimeout=6&options=-c%20idle_in_transaction_session_timeout=20000";
        try (Database database = new Database(settings("headgate.database.url", url))) {
            assertThat(setting(database, "lock_timeout")).isEqualTo("7s");
            assertThat(setting(database, "idle_in_transaction_session_timeout")).isEqualTo("20s");
            assertThat(setting(database, "statement_timeout")).isEqualTo("5s");
        }
    }

    @Test
    void a_transaction_that_is_worked_on_elsewhere_is_renewed_until_it_ends() throws Exception {
        try (Database database = new Database(settings())) {
            new TransactionTemplate(new Transactions(database.dataSource()))
                    .executeWithoutResult(status ->
                            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> renewedAfterSeconds() > 3));
            assertThat(renewedAfterSeconds()).as("open transactions").isNegative();
        }
    }

    /** How long after its begin a transaction had its last statement; -1 if there is none. */
    private static int renewedAfterSeconds() throws SQLException {
        return number("""
                select coalesce(max(extract(epoch from state_change - xact_start))::int, -1) from pg_stat_activity
                where state = 'idle in transaction'
                """);
    }

    private static String setting(Database database, String name) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("show " + name)) {
            result.next();
            return result.getString(1);
        }
    }

    private static int number(String query) throws SQLException {
        try (Connection connection = Database.connect(settings());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getInt(1);
        }
    }

    @RepeatedTest(5)
    void processes_that_start_together_all_succeed() throws Exception {
        own("V1__orders.sql", "create table orders (id text primary key)");
        ExecutorService processes = Executors.newFixedThreadPool(4);
        try {
            Callable<Boolean> start = () -> {
                new Migrations(settings()).apply(routes);
                return true;
            };
            for (Future<Boolean> started : processes.invokeAll(List.of(start, start, start, start))) {
                assertThat(started.get()).isTrue();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e);
        } finally {
            processes.shutdownNow();
        }
    }

    @Test
    void a_broken_migration_is_one_line_with_its_script_and_leaves_nothing() throws Exception {
        own("V1__orders.sql", "create table orders (id text); creat table more (id text);");

        assertThatThrownBy(() -> new Migrations(settings()).apply(routes))
                .isInstanceOf(HeadgateException.class)
                .hasMessageContaining("V1__orders.sql")
                .hasMessageContaining("syntax error at or near \"creat\"")
                .hasMessageNotContaining("\n");
        assertThat(schemaOf("orders")).isNull();
    }

    @Test
    void a_file_that_flyway_would_pass_over_is_refused() throws Exception {
        own("orders.sql", "select 1");

        assertThatThrownBy(() -> new Migrations(settings()).apply(routes))
                .isInstanceOf(HeadgateException.class)
                .hasMessageContaining("orders.sql")
                .hasMessageNotContaining("\n");
    }

    @Test
    void switched_off_nothing_is_made_and_missing_tables_are_reported() throws Exception {
        Settings off = settings("headgate.migrate", "false");

        assertThatThrownBy(() -> new Migrations(off).apply(routes))
                .isInstanceOf(HeadgateException.class)
                .hasMessageContaining("headgate schema");
        assertThat(schemaOf("ledger")).isNull();
    }

    @Test
    void switched_off_the_printed_schema_is_enough() throws Exception {
        execute(Migrations.sql(0));

        new Migrations(settings("headgate.migrate", "false")).apply(routes);

        assertThat(schemaOf("dead_letter")).isEqualTo("headgate");
        assertThat(new Migrations(settings("headgate.migrate", "false")).pending(routes))
                .isEmpty();
    }

    @Test
    void switched_off_tables_of_an_earlier_version_are_refused_until_the_printed_upgrade_is_applied() throws Exception {
        Settings off = settings("headgate.migrate", "false");
        String all = Migrations.sql(0);
        execute(all.substring(0, all.indexOf("-- One index names what is pending")) + "commit;");
        execute("comment on table headgate.installation is 'Headgate''s tables are of version 9.'");

        assertThatThrownBy(() -> new Migrations(off).apply(routes))
                .isInstanceOf(HeadgateException.class)
                .hasMessageContaining("`headgate schema --from 9`");
        assertThat(new Migrations(off).pending(routes)).first().satisfies(finding -> assertThat(finding.toString())
                .contains("V13__outbox_pending.sql", "headgate schema --from 9"));

        execute(Migrations.sql(9));
        new Migrations(off).apply(routes);
        assertThat(new Migrations(off).pending(routes)).isEmpty();
    }

    @Test
    void tables_of_a_newer_headgate_are_refused_and_left_as_they_are() throws Exception {
        new Migrations(settings()).apply(routes);
        execute("create table headgate.later (id integer)");
        execute("comment on table headgate.installation is 'Headgate''s tables are of version 4711.'");

        for (String migrate : List.of("true", "false")) {
            assertThatThrownBy(() -> new Migrations(settings("headgate.migrate", migrate)).apply(routes))
                    .isInstanceOf(HeadgateException.class)
                    .hasMessageContaining("of version 4711, and this Headgate knows them up to version")
                    .hasMessageContaining("run the one that has made them");
        }
        assertThat(texts("select obj_description('headgate.installation'::regclass)"))
                .containsExactly("Headgate's tables are of version 4711.");
    }

    @Test
    void a_wrong_password_and_a_missing_database_are_told_apart() {
        execute("select 1");

        assertThatThrownBy(() -> Database.check(settings("headgate.database.user", "nobody")))
                .hasMessageContaining("refuses the user 'nobody'")
                .hasMessageContaining("set headgate.database.user");
        assertThatThrownBy(() -> Database.check(settings("headgate.database.url", url("nowhere"))))
                .hasMessageContaining("has no such database")
                .hasMessageContaining("create it, or set headgate.database.url");
    }

    @Test
    void the_pool_is_made_while_the_server_is_away() {
        try (Database database = new Database(settings("headgate.database.url", "jdbc:postgresql://127.0.0.1:1/x"))) {
            assertThat(database.dataSource()).isNotNull();
        }
    }

    private void own(String name, String sql) throws IOException {
        Files.createDirectories(routes.resolve("migrations"));
        Files.writeString(routes.resolve("migrations").resolve(name), sql);
    }

    private static Settings settings(String... more) {
        Map<String, String> properties = new HashMap<>(Map.of("headgate.database.url", url("headgate")));
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return Settings.defaults().with(properties, "a test");
    }

    private static String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + database;
    }

    private static void execute(String sql) {
        try (Connection connection = Database.connect(settings());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> texts(String query) throws SQLException {
        try (Connection connection = Database.connect(settings());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private static String schemaOf(String table) throws SQLException {
        try (Connection connection = Database.connect(settings());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "select string_agg(schemaname, ',') from pg_tables where tablename = '" + table + "'")) {
            result.next();
            return result.getString(1);
        }
    }
}
