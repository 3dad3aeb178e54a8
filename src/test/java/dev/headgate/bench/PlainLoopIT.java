package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.devservices.DevSqs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainLoopIT {
    @TempDir
    Path directory;

    @Test
    void stores_each_message_once_also_when_it_reads_all_again() throws SQLException {
        try (var postgres = DevPostgres.start(directory.resolve("postgres"));
                var kafka = DevKafka.start(directory.resolve("kafka"))) {
            migrate(postgres, "headgate", "classpath:dev/headgate/database");
            migrate(postgres, "public", "filesystem:routes/migrations");
            var topics = new Topics(kafka, 2000);
            var validated = new LongAdder();
            var loop = new PlainLoop<>(
                    () -> topics.feed("orders"),
                    postgres.dataSource(),
                    SqlFile.ofOrders(),
                    value -> validated.increment(),
                    2000,
                    n -> {});

            topics.fill("orders", 5_000);
            loop.drain(5_000, 2);
            topics.fill("orders", 5_000);
            loop.drain(5_000, 2);

            assertThat(validated.sum()).isEqualTo(10_000);
            for (String table : List.of("headgate.ledger", "public.orders", "headgate.outbox")) {
                assertThat(count(postgres, table)).isEqualTo(5_000);
            }
        }
    }

    @Test
    void empties_a_queue_too() throws SQLException {
        try (var postgres = DevPostgres.start(directory.resolve("postgres"));
                var sqs = DevSqs.start()) {
            migrate(postgres, "headgate", "classpath:dev/headgate/database");
            migrate(postgres, "public", "filesystem:routes/migrations");
            var queues = new Queues(sqs);
            queues.fill("orders", 300);

            new PlainLoop<>(
                            () -> queues.feed("orders"),
                            postgres.dataSource(),
                            SqlFile.ofOrders(),
                            value -> {},
                            100,
                            n -> {})
                    .drain(300, 2);

            assertThat(count(postgres, "public.orders")).isEqualTo(300);
            try (var feed = queues.feed("orders")) {
                assertThat(feed.poll()).isEmpty();
            }
        }
    }

    private static void migrate(DevPostgres postgres, String schema, String location) {
        Flyway.configure()
                .dataSource(postgres.dataSource())
                .schemas(schema)
                .locations(location)
                .load()
                .migrate();
    }

    private static long count(DevPostgres postgres, String table) throws SQLException {
        try (var connection = postgres.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
