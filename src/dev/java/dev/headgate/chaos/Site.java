package dev.headgate.chaos;

import dev.headgate.ConfigurationException;
import dev.headgate.app.RoutesCheck;
import dev.headgate.demo.DemoServers;
import dev.headgate.devservices.DevKafkaCluster;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.devservices.DevS3;
import dev.headgate.devservices.DevSqs;
import dev.headgate.devservices.FreePort;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    /** Batches of a folder that writes objects close after this: its own settings are for objects of half a minute. */
    private static final Map<String, String> SMALL_OBJECTS =
            Map.of("camel.component.batch.linger", "1s", "camel.component.batch.max-size", "5000");

    /** What else two cores bear, of a queue and of a topic. */
    private static final int QUEUE_PER_SECOND = 500;

    private static final int TOPIC_PER_SECOND = 1_800;

    /** A file or folder that a file of the routes names beside them. */
    private static final Pattern BESIDE = Pattern.compile("\\.\\./(\\w[\\w.-]*)");

    private final DevPostgres postgres;
    private final boolean keyed;
    private final Path routes;
    private final TcpProxy proxy;
    private final Source source;
    private final @Nullable DevKafkaCluster kafka;
    private final @Nullable TcpProxy queueProxy;
    private final @Nullable DevS3 s3;
    private final @Nullable TcpProxy s3Proxy;
    private final Targets targets;
    private final List<String> buckets;
    private final SentLog sentLog;
    private final Traffic traffic;
    private final Workers workers;
    /** Those with which nothing is harmed, and what is different for the processes. */
    private final Map<String, String> settings = new HashMap<>();

    private final Map<String, String> harmed = new HashMap<>();

    /**
     * Starts the servers; nothing flows yet.
     *
     * @param directory for all data and logs
     * @param shipped the routes, which are copied
     * @param rate messages per second; null for as many as become the source
     */
    Site(DemoServers servers, Path directory, Path shipped, Messages messages, @Nullable Integer rate, long seed)
            throws IOException, InterruptedException {
        Settings given = Settings.load(shipped, null, Map.of());
        RoutesCheck.Pipeline pipeline = RoutesCheck.pipeline(shipped, given);
        if (pipeline.sources().size() != 1) {
            throw new ConfigurationException(
                    "%s leads from %s to a batch, expected from one kafka: or aws2-sqs: endpoint: chaos runs one pipeline at a time, so name a folder of its own with --routes."
                            .formatted(shipped, pipeline.sources().isEmpty() ? "nowhere" : pipeline.sources()));
        }
        if (Set.copyOf(pipeline.idempotency().values()).size() > 1) {
            throw new ConfigurationException(
                    "%s has batches with idempotency=positions and batches with keys (%s): what has to become of a message that is sent twice depends on which of them takes it, and chaos does not know that; give all the same one, or name a folder of its own with --routes."
                            .formatted(shipped, pipeline.idempotency()));
        }
        keyed = !pipeline.idempotency().containsValue("positions");
        String from = pipeline.sources().get(0);
        boolean queue = from.startsWith("aws2-sqs:");
        List<String> topics = names(pipeline, "kafka:");
        List<String> queues = names(pipeline, "aws2-sqs:");
        buckets = names(pipeline, "objects:");
        routes = copy(shipped, directory.resolve("place"));
        postgres = servers.postgres().stopAtExit();
        for (String statement : PREPARATION) {
            execute(statement);
        }
        proxy = new TcpProxy(postgres.port());
        sentLog = new SentLog(directory.resolve("sent.tsv"));
        kafka = topics.isEmpty() ? null : servers.kafkaCluster();
        targets = new Targets(
                directory,
                kafka,
                topics.stream()
                        .filter(topic -> queue || !topic.equals(name(from)))
                        .toList(),
                queues.isEmpty() ? null : servers.sqs(),
                queues.stream()
                        .filter(name -> !queue || !name.equals(name(from)))
                        .toList(),
                PARTITIONS);
        source = queue
                ? new SourceQueue(servers.sqs(), name(from), sentLog)
                : new SourceTopic(kafka(), name(from), PARTITIONS);
        settings.putAll(Map.of("headgate.database.user", ROLE, "headgate.database.password", ROLE));
        Path migrations = shipped.resolve(given.find("headgate.migrations").orElse("migrations"))
                .toAbsolutePath()
                .normalize();
        if (Files.isDirectory(migrations)) {
            settings.put("headgate.migrations", migrations.toString());
        }
        if (kafka != null) {
            settings.putAll(Map.of(
                    "camel.component.kafka.brokers",
                    kafka.bootstrapServers(),
                    // The least that brokers allow: partitions of one that was killed are served again after this.
                    "camel.component.kafka.session-timeout-ms",
                    "6000",
                    // How soon partitions that were added are read.
                    "camel.component.kafka.metadata-max-age-ms",
                    "2000"));
        }
        if (queues.isEmpty()) {
            queueProxy = null;
        } else {
            DevSqs sqs = servers.sqs();
            queueProxy = new TcpProxy(URI.create(sqs.endpoint()).getPort());
            settings.putAll(sqs.properties());
            // A stop waits for the polls that are under way.
            settings.put("camel.component.aws2-sqs.wait-time-seconds", "1");
            // Messages of one that was killed come again after this.
            settings.put("camel.component.aws2-sqs.visibility-timeout", "6");
            harmed.put("camel.component.aws2-sqs.uri-endpoint-override", "http://127.0.0.1:" + queueProxy.port());
        }
        if (buckets.isEmpty()) {
            s3 = null;
            s3Proxy = null;
        } else {
            s3 = servers.s3();
            buckets.forEach(s3::createBucket);
            s3Proxy = new TcpProxy(s3.port());
            settings.putAll(s3.properties());
            settings.putAll(SMALL_OBJECTS);
            harmed.put("camel.component.aws2-s3.uri-endpoint-override", "http://127.0.0.1:" + s3Proxy.port());
        }
        int perSecond = rate != null ? rate : queue ? QUEUE_PER_SECOND : TOPIC_PER_SECOND;
        traffic = new Traffic(source, buckets.isEmpty(), messages, sentLog, perSecond, seed);
        workers = new Workers(name -> new Worker(name, directory, routes, settings(name)));
    }

    /** Of the endpoints of a component, what they lead to. */
    private static List<String> names(RoutesCheck.Pipeline pipeline, String scheme) {
        return pipeline.endpoints().stream()
                .filter(endpoint -> endpoint.startsWith(scheme))
                .map(Site::name)
                .distinct()
                .sorted()
                .toList();
    }

    /** A copy, as it is edited; what its files name beside the folder is there by links. */
    private static Path copy(Path shipped, Path place) throws IOException {
        Path folder = shipped.toAbsolutePath().normalize();
        Path copy = place.resolve(folder.getFileName());
        FileSystemUtils.copyRecursively(folder, copy);
        Set<String> named = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher beside = BESIDE.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
                while (beside.find()) {
                    named.add(beside.group(1));
                }
            }
        }
        for (String name : named) {
            Path original = folder.resolveSibling(name);
            if (Files.exists(original) && !original.equals(folder)) {
                Files.createSymbolicLink(place.resolve(name), original);
            }
        }
        return copy;
    }

    private static String name(String uri) {
        return uri.replaceFirst("^[\\w-]+:(//)?", "").replaceFirst("(?s)\\?.*", "");
    }

    /** With which a process of that name runs. */
    Map<String, String> settings(String worker) {
        Map<String, String> own = settings(worker, proxy.port());
        own.putAll(harmed);
        return own;
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

    /** What there is to harm. */
    Set<FaultKind.Place> places() {
        Set<FaultKind.Place> places = EnumSet.allOf(FaultKind.Place.class);
        places.remove(source instanceof SourceQueue ? FaultKind.Place.BROKER : FaultKind.Place.QUEUE);
        if (s3 == null) {
            places.remove(FaultKind.Place.STORE);
        }
        return places;
    }

    DevPostgres postgres() {
        return postgres;
    }

    /** Whether a message that is sent twice takes effect once: its key tells; else each record of the topic takes effect. */
    boolean isKeyed() {
        return keyed;
    }

    /** That of Headgate which each batch writes into, whatever its messages are. */
    String batchTable() {
        return keyed ? "headgate.ledger" : "headgate.source_position";
    }

    /** @throws NullPointerException if nothing leads from or to a topic */
    DevKafkaCluster kafka() {
        return Objects.requireNonNull(kafka);
    }

    Path routes() {
        return routes;
    }

    /** The way of the processes to the database. */
    TcpProxy proxy() {
        return proxy;
    }

    /** Likewise, of a site that has a queue. */
    TcpProxy queueProxy() {
        return Objects.requireNonNull(queueProxy);
    }

    /** Likewise, of a site that writes objects. */
    TcpProxy s3Proxy() {
        return Objects.requireNonNull(s3Proxy);
    }

    DevS3 s3() {
        return Objects.requireNonNull(s3);
    }

    /** Those that objects are written into; empty if none are. */
    List<String> buckets() {
        return buckets;
    }

    Source source() {
        return source;
    }

    /** @throws ClassCastException if it reads no topic */
    SourceTopic topic() {
        return (SourceTopic) source;
    }

    /** @throws ClassCastException if it reads no queue */
    SourceQueue queue() {
        return (SourceQueue) source;
    }

    /** What relays write to. */
    Targets targets() {
        return targets;
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
        Stream.of(proxy, queueProxy, s3Proxy).filter(Objects::nonNull).forEach(TcpProxy::close);
    }
}
