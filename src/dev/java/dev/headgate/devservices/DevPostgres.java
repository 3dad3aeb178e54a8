package dev.headgate.devservices;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * PostgreSQL 17 as a child process, on loopback, with durable commits; runs as root and as an ordinary user.
 *
 * <p>The data directory is created if it is missing, reused if it holds a cluster, and never deleted. The server outlives
 * a JVM that is killed; one that ends in order stops it with {@link #close} or, if asked, {@link #stopAtExit}.
 *
 * <p>Thread-safe; starting and stopping exclude each other.
 */
public final class DevPostgres implements AutoCloseable {
    private static final String USER = "postgres";
    /** In the user's own folder, not in one that anybody could make first: whoever writes here is run. */
    private static final Path PRIVATE = Path.of(System.getProperty("user.home"), ".cache", "headgate");

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final Duration STARTUP_WAIT = Duration.ofSeconds(60);
    private static final Duration STOP_WAIT = Duration.ofMinutes(5);

    private final Path dataDirectory;
    private final int port;
    private final boolean logical;
    private @Nullable EmbeddedPostgres server;
    private @Nullable ProcessHandle postmaster;

    private DevPostgres(Path dataDirectory, int port, boolean logical) {
        this.dataDirectory = dataDirectory.toAbsolutePath();
        this.port = port;
        this.logical = logical;
    }

    /** Starts on a free port; returns when connections are accepted. */
    public static DevPostgres start(Path dataDirectory) {
        return start(dataDirectory, FreePort.find());
    }

    /** The same, with a log that logical replication can read. */
    public static DevPostgres startLogical(Path dataDirectory) {
        return start(new DevPostgres(dataDirectory, FreePort.find(), true));
    }

    /** Starts on the given port; returns when connections are accepted. */
    public static DevPostgres start(Path dataDirectory, int port) {
        return start(new DevPostgres(dataDirectory, port, false));
    }

    private static DevPostgres start(DevPostgres postgres) {
        postgres.restart();
        return postgres;
    }

    /**
     * Starts again on the same directory and port, stopping first if it runs.
     *
     * @throws UncheckedIOException if the server does not accept connections within a minute
     */
    public synchronized void restart() {
        stop();
        try {
            server = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(binaries().toFile())
                    .setDataDirectory(dataDirectory)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPort(port)
                    .setPGStartupWait(STARTUP_WAIT)
                    .setOutputRedirector(Redirect.DISCARD)
                    .setErrorRedirector(Redirect.DISCARD)
                    .setLocaleConfig("locale", "C")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("shared_buffers", "256MB")
                    .setServerConfig("max_wal_size", "4GB")
                    // What each row was committed at can be asked afterwards: a benchmark need not watch.
                    .setServerConfig("track_commit_timestamp", "on")
                    .setServerConfig("wal_level", logical ? "logical" : "replica")
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start();
            postmaster = ProcessHandle.of(pid()).orElse(null);
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "Embedded Postgres did not start in " + dataDirectory + " on port " + port, failure);
        }
    }

    /** Unpacked once; the library lets everybody write there, hence a folder around it that lets nobody in. */
    private static Path binaries() throws IOException {
        Files.createDirectories(PRIVATE, OWNER_ONLY);
        Files.setPosixFilePermissions(PRIVATE, PosixFilePermissions.fromString("rwx------"));
        return Files.createDirectories(PRIVATE.resolve("postgres"), OWNER_ONLY);
    }

    /**
     * Stops the server and breaks its connections (a fast shutdown); the data stays. Does nothing if it is stopped.
     *
     * @throws IllegalStateException if the server still runs after five minutes, which it may need to write what is in memory
     */
    public synchronized void stop() {
        if (server == null) {
            return;
        }
        try {
            server.close();
            // pg_ctl itself gives up after five seconds, and says so only in the log.
            if (postmaster != null) {
                postmaster.onExit().get(STOP_WAIT.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while embedded Postgres was stopping", interrupted);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("Embedded Postgres on port " + port + " still runs", failure);
        } catch (IOException failure) {
            throw new UncheckedIOException("Embedded Postgres on port " + port + " did not stop", failure);
        } finally {
            server = null;
        }
    }

    /**
     * Ends the server without telling anybody or writing anything (an immediate shutdown): what was committed is found
     * again in its log by {@link #restart}. Does nothing if it is stopped.
     *
     * @throws UncheckedIOException if it cannot be signalled
     */
    public synchronized void crash() {
        if (server == null || postmaster == null) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-QUIT", String.valueOf(postmaster.pid()))
                    .start()
                    .waitFor();
            postmaster.onExit().get(STOP_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while embedded Postgres was ending", interrupted);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("Embedded Postgres on port " + port + " still runs", failure);
        } catch (IOException failure) {
            throw new UncheckedIOException("Embedded Postgres on port " + port + " was not signalled", failure);
        }
        stop();
    }

    /** Lets the JVM's orderly exit stop the server, for those who share one and never close it. */
    public DevPostgres stopAtExit() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "dev-postgres-stop"));
        return this;
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /** The command that opens a session with Postgres's own client. */
    public String psql() {
        return "psql postgresql://%s:%s@127.0.0.1:%d/postgres".formatted(user(), password(), port);
    }

    public String user() {
        return USER;
    }

    /** Any password is accepted; this one is for clients that insist on having one. */
    public String password() {
        return USER;
    }

    public int port() {
        return port;
    }

    /** Opens a connection at each request; valid across restarts. */
    public DataSource dataSource() {
        return new DriverManagerDataSource(jdbcUrl(), user(), password());
    }

    /**
     * The process id of the postmaster, the parent of all server processes.
     *
     * @throws UncheckedIOException if the server is stopped
     */
    public long pid() {
        try {
            return Long.parseLong(Files.readAllLines(dataDirectory.resolve("postmaster.pid"))
                    .get(0)
                    .trim());
        } catch (IOException failure) {
            throw new UncheckedIOException("Embedded Postgres does not run in " + dataDirectory, failure);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
