package dev.headgate.outbox;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.devservices.DevPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** A database with Headgate's tables and a connection pool, as production has it. */
final class OutboxDatabase implements AutoCloseable {

    private static final String CONSTRAINT = "outbox_headers_are_an_object";

    private static OutboxDatabase shared;

    final DevPostgres server;
    final HikariDataSource pool;
    final JdbcTemplate sql;

    private OutboxDatabase(DevPostgres server) {
        this.server = server;
        HikariConfig config = new HikariConfig();
        config.setDataSource(server.dataSource());
        config.setMaximumPoolSize(6);
        config.setConnectionTimeout(1000);
        this.pool = new HikariDataSource(config);
        this.sql = new JdbcTemplate(pool);
        Flyway.configure()
                .dataSource(pool)
                .schemas("headgate")
                .locations("classpath:dev/headgate/database")
                .load()
                .migrate();
    }

    /** One server for all tests of this JVM; its outbox is empty. */
    static synchronized OutboxDatabase shared() throws IOException {
        if (shared == null) {
            shared = new OutboxDatabase(DevPostgres.start(Files.createTempDirectory("outbox-postgres"))
                    .stopAtExit());
        }
        shared.sql.execute("truncate headgate.outbox, headgate.outbox_shard");
        return shared;
    }

    /** A server that a test may stop. */
    static OutboxDatabase own() throws IOException {
        return new OutboxDatabase(DevPostgres.start(Files.createTempDirectory("outbox-postgres")));
    }

    /** Writes entries whose payload is their running number, with the keys key-0, key-1, ... in turn. */
    void write(String destination, int entries, int keys) {
        sql.update("""
                insert into headgate.outbox (pipeline, destination, key, payload)
                select 'test', ?, 'key-' || i % ?, convert_to(i::text, 'UTF8') from generate_series(1, ?) i
                """, destination, keys, entries);
    }

    /** Writes an entry with headers that only a row from before the constraint can have. */
    void writeUnchecked(String destination, String key, String headers) {
        sql.execute("alter table headgate.outbox drop constraint if exists " + CONSTRAINT);
        sql.update(
                "insert into headgate.outbox (pipeline, destination, key, headers, payload)"
                        + " values ('test', ?, ?, ?::json, 'x')",
                destination,
                key,
                headers);
        sql.execute("alter table headgate.outbox add constraint " + CONSTRAINT
                + " check (json_typeof(headers) in ('object', 'null')) not valid");
    }

    /** As if their time were over. */
    void expireLeases() {
        sql.update(
                "update headgate.outbox_shard set expires_at = now() - interval '1 second' where holder is not null");
    }

    long count(String condition) {
        return sql.queryForObject("select count(*) from headgate.outbox where " + condition, Long.class);
    }

    /** As a receiver sees them. */
    List<String> idsInOrder() {
        return sql.queryForList(
                "select i.id || '-' || o.id from headgate.outbox o, headgate.installation i order by o.id",
                String.class);
    }

    @Override
    public void close() {
        pool.close();
        server.close();
    }
}
