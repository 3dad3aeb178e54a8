package dev.headgate.devservices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevPostgresIT {
    @TempDir
    Path directory;

    @Test
    void commits_survive_a_restart_on_the_same_port_and_a_second_start_on_the_directory() throws SQLException {
        Path data = directory.resolve("postgres");
        try (var postgres = DevPostgres.start(data)) {
            int port = postgres.port();
            long pid = postgres.pid();
            update(postgres, "create table note as select 'kept é' as text");

            postgres.stop();
            assertThatThrownBy(() -> query(postgres, "select 1")).isInstanceOf(SQLException.class);
            assertThatThrownBy(postgres::pid).hasMessageContaining("does not run");
            assertThat(ProcessHandle.of(pid)).isEmpty();

            postgres.restart();
            assertThat(postgres.port()).isEqualTo(port);
            assertThat(ProcessHandle.of(postgres.pid())).isPresent();
            assertThat(query(postgres, "select text from note")).isEqualTo("kept é");
        }
        try (var again = DevPostgres.start(data)) {
            assertThat(query(again, "select text from note")).isEqualTo("kept é");
        }
        assertThat(data.resolve("PG_VERSION")).exists();
    }

    @Test
    void commits_are_durable_and_text_is_utf8() throws SQLException {
        try (var postgres = DevPostgres.start(directory.resolve("postgres"))) {
            assertThat(query(postgres, "show fsync")).isEqualTo("on");
            assertThat(query(postgres, "show synchronous_commit")).isEqualTo("on");
            assertThat(query(postgres, "show full_page_writes")).isEqualTo("on");
            assertThat(query(postgres, "show max_connections")).isEqualTo("100");
            assertThat(query(postgres, "show shared_buffers")).isEqualTo("256MB");
            assertThat(query(postgres, "show server_encoding")).isEqualTo("UTF8");
            assertThat(query(postgres, "show listen_addresses")).isEqualTo("127.0.0.1");
        }
    }

    /** Whoever could put something beside its programs, or make their folder first, would run as its user. */
    @Test
    void nobody_else_reaches_what_it_runs() throws IOException {
        try (var postgres = DevPostgres.start(directory.resolve("postgres"))) {
            Path program = Path.of(ProcessHandle.of(postgres.pid())
                    .flatMap(process -> process.info().command())
                    .orElseThrow());
            Path folder = program;
            while (!folder.endsWith("headgate")) {
                folder = folder.getParent();
            }
            assertThat(folder).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
        }
    }

    private static void update(DevPostgres postgres, String sql) throws SQLException {
        try (var connection = postgres.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DevPostgres postgres, String sql) throws SQLException {
        try (var connection = postgres.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
