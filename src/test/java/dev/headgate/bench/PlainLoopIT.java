package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.demo.KafkaSource;
import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
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
            kafka.createTopic("orders", 4, Map.of());
            try (var source = new KafkaSource(kafka.bootstrapServers(), "orders", "nobody")) {
                Preload.run(source, 5_000);
            }
            var validated = new LongAdder();
            var loop = new PlainLoop(
                    kafka.bootstrapServers(),
                    "orders",
                    postgres.dataSource(),
                    List.of(
                            SqlFile.read(Path.of("routes/sql/orders-state.sql")),
                            SqlFile.read(Path.of("routes/sql/orders-outbox.sql"))),
                    value -> validated.increment(),
                    2000,
                    n -> {});

            loop.drain("first", 5_000, 2);
            loop.drain("second", 5_000, 2);

            assertThat(validated.sum()).isEqualTo(10_000);
            for (String table : List.of("headgate.ledger", "public.orders", "headgate.outbox")) {
                assertThat(count(postgres, table)).isEqualTo(5_000);
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
