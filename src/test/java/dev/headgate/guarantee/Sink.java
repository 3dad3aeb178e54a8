package dev.headgate.guarantee;

import dev.headgate.chaos.TcpProxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The database of a pipeline as a test can harm it: reached through a proxy, by an ordinary role that owns it. Needs the
 * shared server.
 */
final class Sink implements AutoCloseable {

    final TcpProxy proxy = new TcpProxy(Servers.POSTGRES.port());
    final String role;
    /** The small disk of the test that has mounted one. */
    SmallDisk disk;

    private final Pipeline pipeline;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    Sink(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.role = pipeline.name + "_headgate";
        execute("create role {role} login");
        execute("alter database " + pipeline.name + " owner to {role}");
    }

    /** What Headgate has to be started with; the JDBC URL ends with these parameters. */
    Map<String, String> properties(String urlParameters) {
        String direct = "127.0.0.1:" + Servers.POSTGRES.port();
        return Map.of(
                "headgate.database.url",
                pipeline.jdbcUrl().replace(direct, "127.0.0.1:" + proxy.port()) + urlParameters,
                "headgate.database.user",
                role);
    }

    /** Executes as superuser, past the proxy; {@code {role}} is the ordinary role. */
    void execute(String statement) {
        pipeline.execute(statement.replace("{role}", role));
    }

    /** Ends all sessions of the role, as an administrator does. */
    void disconnect() {
        execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'");
    }

    void repeat(Runnable what, Duration every) {
        clock.scheduleAtFixedRate(what, 0, every.toNanos(), TimeUnit.NANOSECONDS);
    }

    void endRepeating() {
        clock.shutdownNow();
    }

    /** Stops what still needs the database for its last jobs and completions; then takes away the way to it. */
    @Override
    public void close() {
        endRepeating();
        pipeline.stop();
        proxy.close();
    }
}
