package dev.headgate.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.devservices.DevPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is deleted when its retention has passed, and what stays. */
class PurgeRoutesIT {

    private static final String JOBS = """
            insert into headgate.job (queue, state, ended_at, lease)
            select name, state, now() - age, lease
            from (values
                ('old completed', 'completed', interval '1 h 1 s', null),
                ('old cancelled', 'cancelled', interval '1 h 1 s', null),
                ('old discarded', 'discarded', interval '1 h 1 s', null),
                ('young completed', 'completed', interval '58 min', null),
                ('young discarded', 'discarded', interval '58 min', null),
                ('cancelled, its handler at work', 'cancelled', interval '2 h', 1),
                ('available', 'available', null, null),
                ('retryable', 'retryable', null, null),
                ('executing', 'executing', null, 1)) as j (name, state, age, lease)
            """;

    @TempDir
    static Path directory;

    private static DevPostgres server;
    private static HikariDataSource pool;
    private static JdbcTemplate sql;

    @BeforeAll
    static void start() {
        server = DevPostgres.start(directory);
        pool = new HikariDataSource();
        pool.setDataSource(server.dataSource());
        Flyway.configure()
                .dataSource(pool)
                .schemas("headgate")
                .locations("classpath:dev/headgate/database")
                .load()
                .migrate();
        sql = new JdbcTemplate(pool);
    }

    @AfterAll
    static void stop() {
        pool.close();
        server.close();
    }

    @BeforeEach
    void empty() {
        sql.execute("truncate headgate.ledger, headgate.job, headgate.dead_letter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ledger", "outbox", "dead-letter", "job", "object-sweep"})
    void a_purge_can_go_along_an_index_in_the_order_of_time(String table) throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // These tables are empty: a planner would read them whole.
            statement.execute("set local enable_seqscan = off");
            statement.execute("set local enable_bitmapscan = off");
            List<String> plan = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("explain " + purge(table, 7200))) {
                while (rows.next()) {
                    plan.add(rows.getString(1));
                }
            }
            assertThat(plan)
                    .noneMatch(line -> line.contains("Sort"))
                    .anyMatch(line -> line.contains("Index Scan using " + table.replace('-', '_')));
            connection.rollback();
        }
    }

    @Test
    void a_purge_that_finds_nothing_reads_a_few_pages_also_when_all_pages_were_used_before() throws Exception {
        fillLedger("old", "now() - interval '3 h'");
        sql.execute("vacuum analyze headgate.ledger");
        assertThat(sql.update(purge("ledger", 7200).replace("5000", "1000000"))).isEqualTo(100_000);
        sql.execute("vacuum analyze headgate.ledger");
        fillLedger("new", "now()");
        sql.execute("vacuum analyze headgate.ledger");

        String plan =
                sql.queryForObject("explain (analyze, buffers, format json) " + purge("ledger", 7200), String.class);
        JsonNode root = new ObjectMapper().readTree(plan).path(0).path("Plan");
        assertThat(root.path("Shared Hit Blocks").asInt()
                        + root.path("Shared Read Blocks").asInt())
                .as(plan)
                .isLessThan(20);
    }

    @Test
    void while_one_process_purges_another_passes() throws Exception {
        sql.execute("insert into headgate.ledger (pipeline, key, source, applied_at)"
                + " values ('p', 'old', 's', now() - interval '3 h')");
        try (Connection one = pool.getConnection();
                Connection other = pool.getConnection();
                Statement first = one.createStatement();
                Statement second = other.createStatement()) {
            one.setAutoCommit(false);
            assertThat(first.executeUpdate(purge("ledger", 7200))).isEqualTo(1);
            second.execute("set lock_timeout = '10s'");
            assertThat(second.executeUpdate(purge("ledger", 7200))).isZero();
            second.execute("reset lock_timeout");
            one.rollback();
            one.setAutoCommit(true);
            assertThat(second.executeUpdate(purge("ledger", 7200))).isEqualTo(1);
        }
    }

    /** A hundred thousand rows. */
    private static void fillLedger(String key, String appliedAt) {
        sql.execute("insert into headgate.ledger (pipeline, key, source, applied_at)"
                + " select 'p', '" + key + "-' || n, 'orders-0-' || n, " + appliedAt
                + " from generate_series(1, 100000) n");
    }

    /** The statement of the route, with its values. */
    private static String purge(String table, int retention) throws IOException {
        try (InputStream file = PurgeRoutes.class.getResourceAsStream("purge-" + table + ".sql")) {
            return new String(file.readAllBytes(), UTF_8)
                    .replace(":#retention", String.valueOf(retention))
                    .replace(":#chunk", "5000");
        }
    }

    @Test
    void what_has_passed_its_retention_is_deleted_however_much_it_is_and_the_rest_stays() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            sql.execute(JOBS);
            // More than two chunks.
            sql.execute("insert into headgate.job (queue, state, ended_at) select 'old bulk', 'completed',"
                    + " now() - interval '2 h' from generate_series(1, 10001)");
            sql.execute("update headgate.job set inserted_at = now() - interval '1 year'");
            sql.execute(
                    "insert into headgate.ledger (pipeline, key, source, applied_at) values"
                            + " ('p', 'old', 's', now() - interval '2 h 1 s'), ('p', 'young', 's', now() - interval '118 min')");
            sql.execute(
                    "insert into headgate.dead_letter (pipeline, stage, reason, error, headers, source, received_at)"
                            + " values ('p', 's', 'old', 'e', '{}', '1', now() - interval '3 h 1 s'),"
                            + " ('p', 's', 'young', 'e', '{}', '2', now() - interval '178 min')");
            context.getRegistry().bind("dataSource", pool);
            context.addRoutes(new PurgeRoutes(
                    Duration.ofMinutes(10),
                    Duration.ofHours(2),
                    Duration.ofHours(2),
                    Duration.ofHours(3),
                    Duration.ofHours(1)));

            context.start();

            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                assertThat(sql.queryForList("select queue from headgate.job order by id", String.class))
                        .containsExactly(
                                "young completed",
                                "young discarded",
                                "cancelled, its handler at work",
                                "available",
                                "retryable",
                                "executing");
                assertThat(sql.queryForList("select key from headgate.ledger", String.class))
                        .containsExactly("young");
                assertThat(sql.queryForList("select reason from headgate.dead_letter", String.class))
                        .containsExactly("young");
            });
        }
    }
}
