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
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;

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
            "V14__source_position.sql",
            "V15__backlog.sql");

    /** The number is arbitrary; the lock is the session's. */
    private static final String TURN = "select pg_try_advisory_lock(4919131752989213281)";

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

    private static final String MISSING = "select to_regclass('headgate.ledger') is null";

    /** Of which version the tables are, whoever has made them; null if they are from before that was noted. */
    private static final String VERSION = "select cast(substring(obj_description(to_regclass('headgate.installation'),"
            + " 'pg_class') from '\\d+') as integer)";

    private static final String NOTE_VERSION =
            "comment on table headgate.installation is 'Headgate''s tables are of version %d.';\n";

    private static final String MAY_NOTE =
            "select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass('headgate.installation')";

    private static final String NOT_APPLIED = "the migration %s is not applied to the database";

    private final Settings settings;

    public Migrations(Settings settings) {
        this.settings = settings;
    }

    /**
     * Applies what is missing, Headgate's tables first, then the user's. With {@code headgate.migrate=false} it applies
     * nothing and only checks that Headgate's tables are there, and not of an earlier version. Processes that start together
     * take turns.
     *
     * @param routes the routes folder
     * @throws HeadgateException if the server does not answer, the tables are of a newer Headgate, or a migration fails; those
     *     before it stay applied
     */
    public void apply(Path routes) {
        Database.check(settings);
        try (Connection connection = Database.connect(settings);
                Statement statement = connection.createStatement()) {
            if (settings.getBoolean(SettingKey.MIGRATE)) {
                awaitTurn(statement);
                refuseNewer(version(statement));
                applyAll(routes);
                if (!Integer.valueOf(newest()).equals(version(statement)) && isTrue(statement, MAY_NOTE)) {
                    statement.execute(NOTE_VERSION.formatted(newest()));
                }
            } else {
                requireTables(statement);
            }
        } catch (SQLException e) {
            throw ConnectionFailure.of(settings, e);
        }
    }

    private static @Nullable Integer version(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery(VERSION)) {
            return result.next() ? result.getObject(1, Integer.class) : null;
        }
    }

    /** What an older Headgate does not know of, such as another form of a key, it would pass by. */
    private static void refuseNewer(@Nullable Integer version) {
        if (version != null && version > newest()) {
            throw new HeadgateException(
                    ("The tables in schema headgate are of version %d, and this Headgate knows them up to"
                                    + " version %d: run the one that has made them, or a newer one.")
                            .formatted(version, newest()));
        }
    }

    private static int newest() {
        return version(FILES.get(FILES.size() - 1));
    }

    private static int version(String file) {
        return Integer.parseInt(file.substring(1, file.indexOf("__")));
    }

    /**
     * Flyway's own lock does not cover the making of its history table. Asks again and again, for one who waits inside
     * a statement would hold up a {@code create index concurrently} of the one who has the lock.
     */
    private static void awaitTurn(Statement statement) throws SQLException {
        try {
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
        return settings.getBoolean(SettingKey.MIGRATE) ? unapplied(routes) : lacking();
    }

    private List<Finding> unapplied(Path routes) {
        List<Finding> pending = new ArrayList<>();
        Path own = own(routes);
        List<FluentConfiguration> all = new ArrayList<>(List.of(headgates()));
        if (Files.isDirectory(own)) {
            all.add(users(own));
        }
        try {
            for (FluentConfiguration flyway : all) {
                for (MigrationInfo migration : flyway.load().info().pending()) {
                    pending.add(Finding.warning(
                            String.valueOf(migration.getPhysicalLocation()),
                            0,
                            0,
                            NOT_APPLIED.formatted(migration.getScript()),
                            "`run` applies it at its start; ask again after that."));
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

    /** By what is noted in the database, as a history of Flyway's need not be there. */
    private List<Finding> lacking() {
        try (Connection connection = Database.connect(settings);
                Statement statement = connection.createStatement()) {
            Integer noted = isTrue(statement, MISSING) ? Integer.valueOf(0) : version(statement);
            int version = noted == null ? newest() : noted;
            return FILES.stream()
                    .filter(file -> version(file) > version)
                    .map(file -> Finding.error(
                            LOCATION + "/" + file,
                            0,
                            0,
                            NOT_APPLIED.formatted(file),
                            "apply the output of `headgate schema --from %d`, or set headgate.migrate=true."
                                    .formatted(version)))
                    .toList();
        } catch (SQLException e) {
            throw ConnectionFailure.of(settings, e);
        }
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
        migrate(
                headgates(),
                "Headgate's tables could not be created",
                "or apply the output of `headgate schema` and set headgate.migrate=false");
        Path own = own(routes);
        if (Files.isDirectory(own)) {
            migrate(users(own), "The migrations in " + own + " could not be applied", "or set headgate.migrate=false");
        }
    }

    /**
     * The SQL of Headgate's tables, in one transaction, for those who apply it themselves.
     *
     * @param from the version that the tables are of, 0 for none: what comes after it
     */
    public static String sql(int from) {
        return FILES.stream()
                .filter(file -> version(file) > from)
                .map(Migrations::read)
                .collect(Collectors.joining("\n", """
                        begin;
                        create schema if not exists headgate;
                        set local search_path to headgate;

                        """, "\n" + NOTE_VERSION.formatted(newest()) + "\ncommit;\n"));
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

    private static void requireTables(Statement statement) throws SQLException {
        if (isTrue(statement, MISSING)) {
            throw new HeadgateException("Headgate's tables are not there and headgate.migrate is false: apply the"
                    + " output of `headgate schema`, or set headgate.migrate=true.");
        }
        Integer version = version(statement);
        refuseNewer(version);
        if (version != null && version < newest()) {
            throw new HeadgateException(
                    ("The tables in schema headgate are of version %1$d, this Headgate needs version %2$d,"
                                    + " and headgate.migrate is false: apply the output of `headgate schema --from %1$d`, or set"
                                    + " headgate.migrate=true.")
                            .formatted(version, newest()));
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
