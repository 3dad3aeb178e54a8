package dev.headgate.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.devservices.DevPostgres;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    Path directory;

    @Test
    void what_has_passed_its_retention_is_deleted_however_much_it_is_and_the_rest_stays() throws Exception {
        try (DevPostgres server = DevPostgres.start(directory);
                HikariDataSource pool = new HikariDataSource();
                DefaultCamelContext context = new DefaultCamelContext()) {
            pool.setDataSource(server.dataSource());
            Flyway.configure()
                    .dataSource(pool)
                    .schemas("headgate")
                    .locations("classpath:dev/headgate/database")
                    .load()
                    .migrate();
            JdbcTemplate sql = new JdbcTemplate(pool);
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
