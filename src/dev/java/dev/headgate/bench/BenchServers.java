package dev.headgate.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.headgate.cli.Main;
import dev.headgate.devservices.DevClients;
import dev.headgate.devservices.DevKafka;
import dev.headgate.manage.meters.Build;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.AppInfoParser;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The embedded servers in a process of their own, and what is asked of them. Each contender has a database and a target
 * topic to itself. While something is measured they are asked for nothing but the ends of the target topic, ten times a
 * second: when messages were committed and delivered is read afterwards, from what the servers have noted. Used by one
 * thread.
 */
final class BenchServers implements AutoCloseable {
    static final int PARTITIONS = 4;

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration COUNT = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(20);
    private static final String URL = "headgate.database.url";

    private final JavaProcess process;
    private final Map<String, String> properties;
    private final Admin admin;

    private BenchServers(JavaProcess process, Map<String, String> properties) {
        this.process = process;
        this.properties = properties;
        this.admin = Admin.create(Map.of("bootstrap.servers", brokers()));
    }

    /**
     * @param routes those of the shipped pipelines, which name what the servers have
     * @param logical whether somebody reads Postgres's log by logical replication
     */
    static BenchServers start(Path directory, Path routes, boolean logical) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("servers", "--routes", routes.toString()));
        if (logical) {
            arguments.add("--logical");
        }
        JavaProcess process = JavaProcess.development(directory.resolve("servers.log"), Main.class, arguments);
        try {
            return new BenchServers(process, read(process));
        } catch (IOException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** Settings, up to an empty line. */
    private static Map<String, String> read(JavaProcess process) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(process.output(), StandardCharsets.UTF_8));
        var text = new StringBuilder();
        String line = lines.readLine();
        while (line != null && !line.isEmpty()) {
            text.append(line).append('\n');
            line = lines.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("The embedded servers did not start");
        }
        var read = new Properties();
        read.load(new StringReader(text.toString()));
        Map<String, String> properties = new HashMap<>();
        read.stringPropertyNames().forEach(name -> properties.put(name, read.getProperty(name)));
        return properties;
    }

    String brokers() {
        return Objects.requireNonNull(properties.get("camel.component.kafka.brokers"));
    }

    /** What leads to the servers, and to this database of theirs. */
    Map<String, String> properties(String database) {
        Map<String, String> own = new HashMap<>(properties);
        own.computeIfPresent(URL, (name, url) -> url.replaceFirst("/[^/]*$", "/" + database));
        return own;
    }

    /** The same for a peer, that knows no names of Headgate's; its source topic and group are named as its database is. */
    Map<String, String> peer(String database, String target) {
        Map<String, String> own = properties(database);
        return Map.of(
                "peer.brokers", brokers(),
                "peer.topic", database,
                "peer.target", target,
                "peer.writers", String.valueOf(PlainMain.WRITERS),
                "peer.batch-size", String.valueOf(PlainMain.BATCH_SIZE),
                "peer.database.url", Objects.requireNonNull(own.get(URL)),
                "peer.database.user", Objects.requireNonNull(own.get("headgate.database.user")),
                "peer.database.password", Objects.requireNonNull(own.get("headgate.database.password")));
    }

    /** With a connection for each statement. */
    JdbcTemplate database(String name) {
        Map<String, String> own = properties(name);
        return new JdbcTemplate(dataSource(setting -> Objects.requireNonNull(own.get(setting))));
    }

    /** Of the database that the settings lead to. */
    static DriverManagerDataSource dataSource(Function<String, String> settings) {
        return new DriverManagerDataSource(
                settings.apply(URL),
                settings.apply("headgate.database.user"),
                settings.apply("headgate.database.password"));
    }

    void createDatabase(String name) {
        database("postgres").execute("create database " + name);
    }

    /** Drops it, so that nothing of it is in the way of the next one. */
    void dropDatabase(String name) {
        JdbcTemplate server = database("postgres");
        // A database whose log somebody reads cannot be dropped.
        server.query("""
                select pg_terminate_backend(active_pid, 10000), pg_drop_replication_slot(slot_name)
                from pg_replication_slots where database = ?
                """, row -> {}, name);
        server.execute("drop database " + name + " with (force)");
        server.execute("checkpoint");
    }

    /** The broker notes when it appended each message. */
    void createTopic(String name, Map<String, String> config) {
        DevKafka.createTopic(admin, name, PARTITIONS, config);
    }

    void createTargetTopic(String name) {
        createTopic(name, Map.of("message.timestamp.type", "LogAppendTime"));
    }

    /** The processor time of each server's processes. */
    Map<String, CpuClock> clocks() {
        // Found while the row is read: with its connection the backend ends.
        Long postmaster = database("postgres")
                .queryForObject("select pg_backend_pid()", (row, number) -> ProcessHandle.of(row.getLong(1))
                        .flatMap(ProcessHandle::parent)
                        .map(ProcessHandle::pid)
                        .orElseThrow(
                                () -> new IllegalStateException("Postgres runs where its processes cannot be seen")));
        return Map.of(
                "broker", new CpuClock(process.pid()), "postgres", new CpuClock(Objects.requireNonNull(postmaster)));
    }

    /** Returns when so many messages are in the topic. */
    void await(String topic, long messages, JavaProcess contender) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (ends(topic) < messages) {
            contender.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "Of %,d messages only %,d were delivered within %s".formatted(messages, ends(topic), LONGEST));
            }
            Thread.sleep(POLL.toMillis() / 2);
        }
        // Markers of transactions have offsets, too.
        try (var consumer = reader(topic)) {
            for (long found = 0; found < messages; found += consumer.poll(POLL).count()) {
                contender.requireAlive();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "Of %,d messages only %,d were delivered within %s".formatted(messages, found, LONGEST));
                }
            }
        }
    }

    /** Returns when so many orders are committed, which is asked once a second of what the server counts anyway. */
    void awaitCommitted(String database, long orders, JavaProcess contender) throws IOException, InterruptedException {
        JdbcTemplate jdbc = database(database);
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (count(jdbc, "select n_tup_ins from pg_stat_user_tables where relname = 'orders'") < orders
                || count(jdbc, "select count(*) from orders") < orders) {
            contender.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Of %,d orders only %,d were committed within %s"
                        .formatted(orders, count(jdbc, "select count(*) from orders"), LONGEST));
            }
            Thread.sleep(COUNT.toMillis());
        }
    }

    private static long count(JdbcTemplate jdbc, String query) {
        return Objects.requireNonNull(jdbc.queryForObject(query, Long.class));
    }

    /** What the table of orders holds: the number, and a sum that changes with each value. */
    String content(String database) {
        return Objects.requireNonNull(database(database).queryForObject("""
                        select count(*) || ' orders, ' || sum(hashtextextended(concat_ws('|', order_id, version, customer,
                               trim_scale(amount), currency, status, channel, items::jsonb, extract(epoch from placed_at)), 0))
                        from orders
                        """, String.class));
    }

    private long ends(String topic) {
        return get(admin.listOffsets(partitions(topic).stream()
                                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest())))
                        .all())
                .values()
                .stream()
                .mapToLong(end -> end.offset())
                .sum();
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** When the first so many orders of a seed were committed; the commit is noted with the row's transaction. */
    Times committed(String database, int seed, int orders) {
        String prefix = Inflow.prefix(seed);
        long[] micros = new long[orders];
        database(database)
                .query(
                        """
                        select cast(substr(order_id, ?) as integer),
                               cast(extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000 as bigint)
                        from orders where starts_with(order_id, ?)
                        """,
                        row -> {
                            micros[row.getInt(1) - 1] = row.getLong(2);
                        },
                        prefix.length() + 1,
                        prefix);
        return new Times(micros);
    }

    /** When the first so many orders of a seed were appended to the topic first. */
    Times delivered(String topic, int seed, int orders) {
        String prefix = Inflow.prefix(seed);
        long[] micros = new long[orders];
        DevClients.readAll(brokers(), List.of(topic), delivery -> {
            String key = new String(delivery.key(), StandardCharsets.UTF_8);
            if (key.startsWith(prefix)) {
                int number = Integer.parseInt(key.substring(prefix.length())) - 1;
                long appended = delivery.timestamp() * 1000;
                micros[number] = micros[number] == 0 ? appended : Math.min(micros[number], appended);
            }
        });
        return new Times(micros);
    }

    /** Reads what is committed, from the beginning. */
    private KafkaConsumer<byte[], byte[]> reader(String topic) {
        var consumer = DevClients.consumer(brokers(), Map.of());
        consumer.assign(partitions(topic));
        consumer.seekToBeginning(consumer.assignment());
        return consumer;
    }

    Machine machine() {
        String postgres = database("postgres").queryForObject("show server_version", String.class);
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                memory(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.version"),
                Build.version(),
                postgres == null ? "" : postgres,
                AppInfoParser.getVersion());
    }

    private static long memory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() >> 20;
    }

    /** On what it was measured. */
    record Machine(
            int processors,
            long memoryMebibytes,
            String system,
            String java,
            String headgate,
            String postgres,
            String kafka) {
        String text() {
            return "%d processors, %,d MiB, %s, Java %s, Headgate %s, Postgres %s, Kafka %s"
                    .formatted(processors, memoryMebibytes, system, java, headgate, postgres, kafka);
        }
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException failure) {
            throw new IllegalStateException("The broker refused", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking the broker", interrupted);
        }
    }

    @Override
    public void close() throws IOException {
        admin.close(Duration.ofSeconds(5));
        process.close();
    }
}
