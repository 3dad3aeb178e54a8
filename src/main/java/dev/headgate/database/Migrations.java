package dev.headgate.database;

import dev.headgate.Finding;
import dev.headgate.HeadgateException;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Creates and upgrades the tables, at start, before any route runs.
 *
 * <p>Headgate's own live in schema {@code headgate}; the user's, from the folder {@code headgate.migrations}, go to
 * schema {@code public} with a history of their own. Each migration is one transaction and is applied once; processes
 * that start together wait for each other.
 */
public final class Migrations {

    private static final String SCHEMA = "headgate";
    private static final String USER_SCHEMA = "public";
    private static final String USER_HISTORY = "headgate_user_migrations";
    private static final String LOCATION = "dev/headgate/database";

    /** In order of version; a new file must be named here, which a test checks. */
    static final List<String> FILES = List.of(
            "V1__ledger_outbox_dead_letter.sql",
            "V2__dead_letter_replay.sql",
            "V3__object_manifest.sql",
            "V4__job.sql",
            "V5__identity.sql",
            "V6__ledger_keys.sql",
            "V7__limits_and_purge.sql",
            "V8__outbox_shard.sql",
            "V9__dead_letter_key.sql",
            "V13__outbox_pending.sql",
            "V14__source_position.sql");

    /** The number is arbitrary; the lock is the session's. */
    private static final String TURN = "select pg_try_advisory_lock(4919131752989213281)";

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

    private static final String MISSING = "select to_regclass('headgate.ledger') is null";

    private final Settings settings;

    public Migrations(Settings settings) {
        this.settings = settings;
    }

    /**
     * Applies what is missing, Headgate's tables first, then the user's. With {@code headgate.migrate=false} it applies
     * nothing and only checks that Headgate's tables are there. Processes that start together take turns.
     *
     * @param routes the routes folder
     * @throws HeadgateException if the server does not answer, the tables are those of a newer version, or a migration fails;
     *     those before it stay applied
     */
    public void apply(Path routes) {
        Database.check(settings);
        if (!settings.getBoolean(SettingKey.MIGRATE)) {
            requireTables();
            return;
        }
        try (Connection turn = Database.connect(settings)) {
            awaitTurn(turn);
            applyAll(routes);
        } catch (SQLException e) {
            throw ConnectionFailure.of(settings, e);
        }
    }

    /**
     * Flyway's own lock does not cover the making of its history table. Asks again and again, for one who waits inside
     * a statement would hold up a {@code create index concurrently} of the one who has the lock.
     */
    private static void awaitTurn(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            while (!isTrue(statement, TURN)) {
                Thread.sleep(BETWEEN_TRIES.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeadgateException("Interrupted while another process applied its migrations", e);
        }
    }

    private static boolean isTrue(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            return result.next() && result.getBoolean(1);
        }
    }

    /**
     * What {@link #apply} would apply, or, with {@code headgate.migrate=false}, what lacks: nothing is applied.
     *
     * @param routes the routes folder
     * @throws HeadgateException if the server does not answer
     */
    public List<Finding> pending(Path routes) {
        List<Finding> pending = new ArrayList<>();
        boolean applied = settings.getBoolean(SettingKey.MIGRATE);
        Path own = own(routes);
        List<FluentConfiguration> all = new ArrayList<>(List.of(headgates()));
        if (Files.isDirectory(own) && applied) {
            all.add(users(own));
        }
        try {
            for (FluentConfiguration flyway : all) {
                for (MigrationInfo migration : flyway.load().info().pending()) {
                    String file = String.valueOf(migration.getPhysicalLocation());
                    String what = "the migration %s is not applied to the database".formatted(migration.getScript());
                    pending.add(
                            applied
                                    ? Finding.warning(
                                            file, 0, 0, what, "`run` applies it at its start; ask again after that.")
                                    : Finding.error(
                                            file,
                                            0,
                                            0,
                                            what,
                                            "apply the output of `headgate schema`, or set headgate.migrate=true."));
                }
            }
        } catch (FlywayException e) {
            throw new HeadgateException(
                    "The migrations cannot be compared with the database (%s): mend that."
                            .formatted(MigrationFailure.reason(e)),
                    e);
        }
        return pending;
    }

    private Path own(Path routes) {
        return routes.toAbsolutePath()
                .resolve(settings.getString(SettingKey.MIGRATIONS))
                .normalize();
    }

    private FluentConfiguration headgates() {
        return flyway().schemas(SCHEMA).locations("classpath:" + LOCATION);
    }

    private FluentConfiguration users(Path own) {
        return flyway().defaultSchema(USER_SCHEMA)
                .table(USER_HISTORY)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .locations("filesystem:" + own);
    }

    private void applyAll(Path routes) {
        refuseNewer();
        migrate(
                headgates(),
                "Headgate's tables could not be created",
                "or apply the output of `headgate schema` and set headgate.migrate=false");
        Path own = own(routes);
        if (Files.isDirectory(own)) {
            migrate(users(own), "The migrations in " + own + " could not be applied", "or set headgate.migrate=false");
        }
    }

    /** What a newer version has changed this one does not know, and may undo. */
    private void refuseNewer() {
        try {
            for (MigrationInfo migration : headgates().load().info().applied()) {
                if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
                    throw new HeadgateException(
                            "Headgate's tables are those of a newer version, which has applied V%s (%s): start that version, or restore the database from before its first start."
                                    .formatted(migration.getVersion(), migration.getDescription()));
                }
            }
        } catch (FlywayException e) {
            throw new HeadgateException(
                    "Headgate's tables cannot be compared with its migrations (%s): mend that."
                            .formatted(MigrationFailure.reason(e)),
                    e);
        }
    }

    /** The SQL of Headgate's tables, in one transaction, for those who apply it themselves. */
    public static String sql() {
        return FILES.stream().map(Migrations::read).collect(Collectors.joining("\n", """
                        begin;
                        create schema if not exists headgate;
                        set local search_path to headgate;

                        """, """

                        commit;
                        """));
    }

    private FluentConfiguration flyway() {
        // Flyway's own connections: creating an index may take longer than the pool's socket timeout.
        Map<String, String> properties = Database.connectionProperties(settings).entrySet().stream()
                .collect(Collectors.toMap(
                        e -> e.getKey().toString(), e -> e.getValue().toString()));
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(
                        Database.url(settings),
                        settings.getString(SettingKey.DATABASE_USER),
                        settings.getString(SettingKey.DATABASE_PASSWORD))
                .jdbcProperties(properties)
                .initSql(Database.results(settings))
                .loggers("slf4j")
                .placeholderReplacement(false)
                .validateMigrationNaming(true);
    }

    private static void migrate(FluentConfiguration configuration, String failed, String alternative) {
        try {
            configuration.load().migrate();
        } catch (FlywayException e) {
            throw new HeadgateException(
                    "%s (%s): mend that, %s.".formatted(failed, MigrationFailure.reason(e), alternative), e);
        }
    }

    private void requireTables() {
        try (Connection connection = Database.connect(settings);
                Statement statement = connection.createStatement()) {
            if (isTrue(statement, MISSING)) {
                throw new HeadgateException("Headgate's tables are not there and headgate.migrate is false: apply the"
                        + " output of `headgate schema`, or set headgate.migrate=true.");
            }
        } catch (SQLException e) {
            throw ConnectionFailure.of(settings, e);
        }
    }

    private static String read(String file) {
        try (InputStream stream = Migrations.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("The class path lacks " + LOCATION + "/" + file);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
