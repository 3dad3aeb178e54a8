package dev.headgate.chaos;

import dev.headgate.ConfigurationException;
import dev.headgate.app.RoutesCheck;
import dev.headgate.demo.DemoServers;
import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.devservices.FreePort;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.util.FileSystemUtils;

/**
 * What a run consists of and faults act upon: servers, a copy of the routes, workers, traffic. The database is asked past
 * the proxy, by its superuser, and again while it is away. Thread-safe.
 */
final class Site implements AutoCloseable {

    /** An ordinary role that owns the database: that of the processes. */
    static final String ROLE = "chaos_headgate";

    private static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long BETWEEN_MILLIS = 50;
    /** A column, a table or a trigger is there already, or is gone already. */
    private static final Set<String> DONE_BEFORE = Set.of("42703", "42701", "42710", "42P07", "42704");

    private static final List<String> PREPARATION = List.of(
            "create role " + ROLE + " login",
            "alter database postgres owner to " + ROLE,
            "create schema chaos",
            "grant usage on schema chaos to " + ROLE,
            """
            create function chaos.slow() returns trigger language plpgsql as
            $$ begin perform pg_sleep(0.5); return null; end $$""",
            """
            create function chaos.disk_full() returns trigger language plpgsql as
            $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$""");

    private final DevPostgres postgres;
    private final DevKafka kafka;
    private final Path routes;
    private final TcpProxy proxy;
    private final SourceTopic source;
    private final List<String> targets = new ArrayList<>();
    private final SentLog sentLog;
    private final Traffic traffic;
    private final Workers workers;
    private final Map<String, String> settings = new HashMap<>();

    /**
     * Starts the servers; nothing flows yet.
     *
     * @param directory for all data and logs
     * @param shipped the routes, which are copied
     */
    Site(DemoServers servers, Path directory, Path shipped, Messages messages, int perSecond, long seed)
            throws IOException, InterruptedException {
        Settings given = Settings.load(shipped, null, Map.of());
        RoutesCheck.Pipeline pipeline = RoutesCheck.pipeline(shipped, given);
        if (pipeline.sources().size() != 1 || !pipeline.sources().get(0).startsWith("kafka:")) {
            throw new ConfigurationException(
                    "%s leads from %s to a batch, expected from one kafka: endpoint: chaos runs one pipeline from Kafka at a time, so name a folder of its own with --routes."
                            .formatted(shipped, pipeline.sources().isEmpty() ? "nowhere" : pipeline.sources()));
        }
        routes = directory.resolve("routes");
        FileSystemUtils.copyRecursively(shipped, routes);
        postgres = servers.postgres().stopAtExit();
        kafka = servers.kafka();
        for (String statement : PREPARATION) {
            execute(statement);
        }
        proxy = new TcpProxy(postgres.port());
        source = new SourceTopic(kafka, name(pipeline.sources().get(0)), PARTITIONS);
        for (String endpoint : Set.copyOf(pipeline.endpoints())) {
            if (endpoint.startsWith("kafka:") && !name(endpoint).equals(source.name())) {
                kafka.createTopic(name(endpoint), PARTITIONS, Map.of());
                targets.add(name(endpoint));
            }
        }
        settings.putAll(Map.of(
                "headgate.database.user",
                ROLE,
                "headgate.database.password",
                ROLE,
                "headgate.migrations",
                shipped.resolve(given.find("headgate.migrations").orElse("migrations"))
                        .toAbsolutePath()
                        .normalize()
                        .toString(),
                "camel.component.kafka.brokers",
                kafka.bootstrapServers(),
                // The least that brokers allow: partitions of one that was killed are served again after this.
                "camel.component.kafka.session-timeout-ms",
                "6000",
                // How soon partitions that were added are read.
                "camel.component.kafka.metadata-max-age-ms",
                "2000"));
        sentLog = new SentLog(directory.resolve("sent.tsv"));
        traffic = new Traffic(kafka.bootstrapServers(), source.name(), messages, sentLog, perSecond, seed);
        workers = new Workers(name -> new Worker(name, directory, routes, settings(name)));
    }

    private static String name(String uri) {
        return uri.replaceFirst("^[\\w-]+:(//)?", "").replaceFirst("(?s)\\?.*", "");
    }

    /** With which a process of that name runs. */
    Map<String, String> settings(String worker) {
        return settings(worker, proxy.port());
    }

    /** With which a command that asks runs, while nothing goes wrong. */
    Map<String, String> settings() {
        return settings("verify", postgres.port());
    }

    private Map<String, String> settings(String name, int port) {
        Map<String, String> own = new HashMap<>(settings);
        own.put("headgate.database.url", "jdbc:postgresql://127.0.0.1:" + port + "/postgres?ApplicationName=" + name);
        own.put("camel.management.port", String.valueOf(FreePort.find()));
        return own;
    }

    DevPostgres postgres() {
        return postgres;
    }

    DevKafka kafka() {
        return kafka;
    }

    Path routes() {
        return routes;
    }

    TcpProxy proxy() {
        return proxy;
    }

    SourceTopic source() {
        return source;
    }

    /** The topics that relays write to. */
    List<String> targets() {
        return List.copyOf(targets);
    }

    Traffic traffic() {
        return traffic;
    }

    SentLog sentLog() {
        return sentLog;
    }

    Workers workers() {
        return workers;
    }

    Connection connect() throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return postgres.dataSource().getConnection();
            } catch (SQLException away) {
                if (System.nanoTime() > deadline) {
                    throw away;
                }
                Thread.sleep(BETWEEN_MILLIS);
            }
        }
    }

    /** Until it has been executed; in between the server may be away. */
    void execute(String sql) throws InterruptedException {
        again(sql, statement -> statement.execute(), true);
    }

    /** The number that a query gives. */
    long count(String sql, String... values) throws InterruptedException {
        long[] count = new long[1];
        again(
                sql,
                statement -> {
                    for (int i = 0; i < values.length; i++) {
                        statement.setString(i + 1, values[i]);
                    }
                    try (ResultSet rows = statement.executeQuery()) {
                        rows.next();
                        count[0] = rows.getLong(1);
                    }
                },
                false);
        return count[0];
    }

    private interface Use {
        void of(PreparedStatement statement) throws SQLException;
    }

    private void again(String sql, Use use, boolean change) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = connect();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                use.of(statement);
                return;
            } catch (SQLException failure) {
                String state = String.valueOf(failure.getSQLState());
                // That the server has ended does not say whether it had committed.
                if (change && attempt > 1 && DONE_BEFORE.contains(state)) {
                    return;
                }
                if (state.startsWith("42") || System.nanoTime() > deadline) {
                    throw new IllegalStateException(sql, failure);
                }
                Thread.sleep(BETWEEN_MILLIS);
            }
        }
    }

    /** Ends all sessions of the processes, as an administrator does. */
    void disconnect() throws InterruptedException {
        execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = '" + ROLE + "'");
    }

    @Override
    public void close() throws IOException {
        workers.close();
        traffic.close();
        sentLog.close();
        source.close();
        proxy.close();
    }
}
