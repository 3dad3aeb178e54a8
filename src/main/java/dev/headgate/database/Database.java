package dev.headgate.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import dev.headgate.ConfigurationException;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.Driver;

/**
 * The pool of connections to PostgreSQL. Safe for use by any thread.
 *
 * <p>Making one opens no connection, so it succeeds while the server is down; {@link #check} tells whether it answers.
 * Connections are in auto-commit mode until a transaction takes them.
 */
public final class Database implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(60);

    /** What nobody has used for so long is closed, but for two, so that a batch need not wait for its connection. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    private static final int KEPT_IDLE = 2;

    /**
     * Each thread takes the connection that it had before, if nobody has it: a few that are seldom used are idle for too
     * short a time to be closed. So they end, and their users find that one is enough for all.
     */
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private static final String SCHEMA = "public";

    /** For questions about the server while something is wrong with it: seconds until one gives up. */
    static final Duration QUICK = Duration.ofSeconds(3);

    /** Who holds a lock is seen by it. The server keeps its first 63 characters. */
    private static final String APPLICATION_NAME =
            "headgate " + ProcessHandle.current().pid() + "@" + hostName();

    private final HikariDataSource pool;

    /**
     * A pool of the one connection of a session that is rolled back: its users wait for each other.
     *
     * @param session ends with the pool
     */
    public Database(RolledBackSession session) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("headgate");
        config.setDataSource(session);
        config.setMaximumPoolSize(1);
        config.setMaxLifetime(0);
        config.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        config.setInitializationFailTimeout(-1);
        pool = new HikariDataSource(config);
    }

    /**
     * Makes the pool.
     *
     * @throws ConfigurationException if {@code headgate.database.url} is no JDBC URL of PostgreSQL
     */
    public Database(Settings settings) {
        this(settings, "");
    }

    /** A pool of which each transaction can only read, as the server sees to. */
    public static Database toRead(Settings settings) {
        return new Database(settings, "; set default_transaction_read_only = on");
    }

    private Database(Settings settings, String alsoSet) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("headgate");
        config.setJdbcUrl(url(settings));
        config.setDataSourceProperties(connectionProperties(settings));
        config.addDataSourceProperty("socketTimeout", seconds(SOCKET_TIMEOUT));
        config.setConnectionInitSql(
                results(settings) + "; " + SessionSettings.limits(socketTimeout(settings)) + alsoSet);
        // What the pool goes back to behind a transaction that had another.
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        int most = settings.getInt(SettingKey.DATABASE_POOL_SIZE);
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(Math.min(KEPT_IDLE, most));
        config.setIdleTimeout(IDLE.toMillis());
        config.setMaxLifetime(LIFETIME.toMillis());
        config.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        config.setInitializationFailTimeout(-1);
        config.setExceptionOverride(new ReadOnlySessions());
        pool = new HikariDataSource(config);
    }

    public DataSource dataSource() {
        return pool;
    }

    /** Lets the pool report into the registry: {@code hikaricp.*}. */
    public void report(MeterRegistry registry) {
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
    }

    /** Closes all connections, those in use too. */
    @Override
    public void close() {
        pool.close();
    }

    /**
     * Opens one connection, outside any pool, and closes it. Waits at most ten seconds.
     *
     * @throws dev.headgate.HeadgateException if the server does not answer or refuses; its message says why and what
     *     to do
     */
    public static void check(Settings settings) {
        try (Connection connection = connect(settings)) {
            connection.isValid((int) CONNECT_TIMEOUT.toSeconds());
        } catch (SQLException e) {
            throw ConnectionFailure.of(settings, e);
        }
    }

    /** A connection outside any pool, without a limit on how long a statement may take. */
    static Connection connect(Settings settings) throws SQLException {
        return DriverManager.getConnection(url(settings), connectionProperties(settings));
    }

    /** The same, for one who waits only for so long for the server and for each answer. */
    static Connection connect(Settings settings, Duration patience) throws SQLException {
        Properties properties = connectionProperties(settings);
        properties.setProperty("connectTimeout", seconds(patience));
        properties.setProperty("socketTimeout", seconds(patience));
        return DriverManager.getConnection(url(settings), properties);
    }

    /** Its hosts and ports and the name of the database. */
    static String server(Settings settings) {
        return ConnectionFailure.redacted(url(settings))
                .replaceFirst("^jdbc:postgresql:(//)?", "")
                .replaceFirst("[?].*", "");
    }

    static String url(Settings settings) {
        String url = settings.getString(SettingKey.DATABASE_URL);
        try {
            DriverManager.getDriver(url);
            return url;
        } catch (SQLException e) {
            throw new ConfigurationException(
                    "headgate.database.url is '%s'; expected a URL such as jdbc:postgresql://localhost:5432/headgate."
                            .formatted(ConnectionFailure.redacted(url)),
                    e);
        }
    }

    /** What the URL itself says takes precedence over these. */
    static Properties connectionProperties(Settings settings) {
        Properties properties = new Properties();
        properties.setProperty("user", settings.getString(SettingKey.DATABASE_USER));
        properties.setProperty("password", settings.getString(SettingKey.DATABASE_PASSWORD));
        properties.setProperty("ApplicationName", APPLICATION_NAME);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", seconds(CONNECT_TIMEOUT));
        // Otherwise a user named headgate has the schema headgate first in the search path.
        properties.setProperty("currentSchema", SCHEMA);
        return properties;
    }

    /** What a session sets so that its results are those of any other. */
    static String results(Settings settings) {
        return SessionSettings.results(parameter(settings, "currentSchema", SCHEMA));
    }

    private static Duration socketTimeout(Settings settings) {
        return Duration.ofSeconds(Long.parseLong(parameter(settings, "socketTimeout", seconds(SOCKET_TIMEOUT))));
    }

    /** As the URL has it, if it does. */
    static String parameter(Settings settings, String name, String otherwise) {
        Properties parameters = Driver.parseURL(url(settings), new Properties());
        return parameters == null ? otherwise : parameters.getProperty(name, otherwise);
    }

    /** The one that containers and shells know, without asking a name server. */
    private static String hostName() {
        String name = System.getenv("HOSTNAME");
        if (name != null) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown host";
        }
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }
}
