package dev.headgate.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.guarantee.Servers;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** Nothing that is done in a session that is rolled back can be found afterwards, whoever tries what. */
class RolledBackSessionIT {

    private final Settings settings = Settings.load(Path.of("routes"), null, Map.of())
            .with(
                    Map.of(
                            "headgate.database.url", Servers.POSTGRES.jdbcUrl(),
                            "headgate.database.user", Servers.POSTGRES.user(),
                            "headgate.database.password", Servers.POSTGRES.password()),
                    "the test");

    @BeforeEach
    void table() throws SQLException {
        outside(
                "drop table if exists kept; create table kept (number integer primary key); insert into kept values (1)");
    }

    @Test
    void commits_and_rollbacks_are_as_they_would_be() throws SQLException {
        try (RolledBackSession session = RolledBackSession.open(settings)) {
            Connection connection = session.getConnection();
            execute(connection, "insert into kept values (2)");
            assertThatThrownBy(() -> execute(connection, "insert into kept values (2)"))
                    .isInstanceOf(SQLException.class);
            connection.setAutoCommit(false);
            execute(connection, "insert into kept values (3)");
            connection.rollback();
            execute(connection, "insert into kept values (4)");
            connection.commit();
            execute(connection, "insert into kept values (5)");
            connection.rollback();
            connection.setAutoCommit(true);
            assertThat(numbers(connection)).isEqualTo("1,2,4");
        }
        theyAre("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "commit",
                "delete from kept; commit",
                "rollback; delete from kept",
                "rollback; begin; delete from kept; commit",
                "abort; delete from kept",
                "end; delete from kept",
                "begin",
                "start transaction read write",
                "delete from kept; commit and chain",
                "prepare transaction 'x'",
                "/* a /* b */ */ commit",
                "-- a\ncommit",
                "select ';', $$;$$, $a$;$a$, \"number\" from kept; commit",
                "set session characteristics as transaction read write; rollback; delete from kept",
                "set default_transaction_read_only = off; rollback; delete from kept",
                "select set_config('transaction_read_only', 'off', false); delete from kept; commit",
            })
    void no_text_ends_the_transaction(String sql) throws SQLException {
        try (RolledBackSession session = RolledBackSession.open(settings)) {
            Connection connection = session.getConnection();
            connection.setAutoCommit(false);
            execute(connection, "insert into kept values (2)");
            assertThatThrownBy(() -> {
                        try (Statement statement = connection.prepareStatement(sql)) {
                            ((java.sql.PreparedStatement) statement).execute();
                        }
                    })
                    .isInstanceOf(SQLException.class);
            assertThat(session.ended()).isNotNull();
            assertThatThrownBy(() -> execute(connection, "select 1")).hasMessageContaining("rolled back and over");
        }
        theyAre("1");
    }

    /** The server refuses by itself what is not seen to end a transaction. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "commit",
                "delete from kept; commit",
                "set constraints all immediate; delete from kept; commit",
                "rollback; delete from kept",
                "rollback; begin; delete from kept; commit",
                "prepare transaction 'x'",
                "do $$ begin delete from kept; commit; end $$",
            })
    void no_statement_that_gets_to_the_server_is_durable(String sql) throws SQLException {
        try (RolledBackSession session = RolledBackSession.open(settings)) {
            Connection connection = session.getConnection();
            connection.setAutoCommit(false);
            execute(connection, "insert into kept values (2)");
            Connection bare = (Connection) connection.unwrap(PGConnection.class);
            assertThatThrownBy(() -> execute(bare, sql)).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> execute(connection, "select 1")).isInstanceOf(SQLException.class);
        }
        theyAre("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'commit; rollback'",
                "select 1 /* ; commit */ -- ; commit",
                "do $$ begin perform 1; end $$",
                "savepoint a; insert into kept values (7); rollback to a; release savepoint a",
                "savepoint a; rollback to savepoint a",
                "set constraints all immediate",
                "select 1 as \"commit\"",
                "select case when true then 1 end",
            })
    void what_only_looks_so_passes(String sql) throws SQLException {
        try (RolledBackSession session = RolledBackSession.open(settings)) {
            Connection connection = session.getConnection();
            connection.setAutoCommit(false);
            execute(connection, sql);
            execute(connection, "insert into kept values (2)");
            connection.commit();
            assertThat(session.ended()).isNull();
            assertThat(numbers(connection)).isEqualTo("1,2");
        }
        theyAre("1");
    }

    /** As with any commit, what was deferred is checked, then deferred again. */
    @Test
    void a_commit_checks_what_is_deferred() throws SQLException {
        outside("""
                drop table if exists kept; create table kept (
                    number integer primary key, deferred integer unique deferrable initially deferred,
                    immediate integer unique deferrable initially immediate);
                """);
        try (RolledBackSession session = RolledBackSession.open(settings)) {
            Connection connection = session.getConnection();
            for (int round = 0; round < 2; round++) {
                connection.setAutoCommit(false);
                execute(connection, "insert into kept values (1, 1, 1), (2, 1, 2)");
                assertThatThrownBy(connection::commit)
                        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                                .isEqualTo("23505"));
                execute(connection, "insert into kept values (1, 1, 1), (2, 1, 2)");
                execute(connection, "update kept set deferred = number");
                connection.commit();
                assertThatThrownBy(() -> execute(connection, "insert into kept values (3, 3, 1)"))
                        .isInstanceOf(SQLException.class);
                connection.rollback();
                execute(connection, "delete from kept");
                connection.commit();
                connection.setAutoCommit(true);
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String numbers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select string_agg(number::text, ',' order by number) from kept")) {
            row.next();
            return row.getString(1);
        }
    }

    private void theyAre(String numbers) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                Servers.POSTGRES.jdbcUrl(), Servers.POSTGRES.user(), Servers.POSTGRES.password())) {
            assertThat(numbers(connection)).isEqualTo(numbers);
        }
    }

    private void outside(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                Servers.POSTGRES.jdbcUrl(), Servers.POSTGRES.user(), Servers.POSTGRES.password())) {
            execute(connection, sql);
        }
    }
}
