package dev.headgate.guarantee;

import dev.headgate.app.Headgate;
import dev.headgate.database.Migrations;
import dev.headgate.devservices.DevKafka;
import dev.headgate.devservices.DevPostgres;
import dev.headgate.log.ForgottenSecrets;
import dev.headgate.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The shipped routes against a database, topics and a consumer group of one test's own, and what a test asks them. */
final class Pipeline implements Load.Target, AutoCloseable {

    static final Path ROUTES = Path.of("routes");

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Duration LONG = Duration.ofMinutes(2);

    final String name = "t" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
    final String topic = name + "-orders";
    final int partitions;
    private final DevPostgres postgres;
    private final DevKafka kafka;
    private final List<Headgate> running = new ArrayList<>();
    private final KafkaProducer<String, byte[]> producer;
    private volatile Exception sendFailure;
    private volatile @Nullable Admin admin;

    Pipeline(int partitions) {
        this(partitions, Servers.POSTGRES, Servers.KAFKA);
    }

    /** On servers that the test may stop and restart. */
    Pipeline(int partitions, DevPostgres postgres, DevKafka kafka) {
        this.partitions = partitions;
        this.postgres = postgres;
        this.kafka = kafka;
        sql(postgres.jdbcUrl(), "create database " + name);
        kafka.createTopic(topic, partitions, Map.of("max.message.bytes", "10000000"));
        kafka.createTopic(topic + "-applied", partitions, Map.of());
        Properties properties = new Properties();
        properties.put("bootstrap.servers", kafka.bootstrapServers());
        properties.put("max.request.size", "10000000");
        properties.put("linger.ms", "5");
        producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    /** What a process of this pipeline is configured with. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("camel.component.kafka.brokers", kafka.bootstrapServers());
        properties.put("camel.management.enabled", "false");
        properties.put("headgate.database.url", jdbcUrl());
        properties.put("headgate.database.user", postgres.user());
        properties.put("headgate.database.password", postgres.password());
        properties.put("orders.topic", topic);
        properties.put("orders.group", topic);
        properties.put("orders.applied-topic", topic + "-applied");
        return properties;
    }

    String jdbcUrl() {
        return postgres.jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1");
    }

    Headgate start() {
        return start(Map.of(), Map.of());
    }

    Headgate start(Map<String, String> overrides, Map<String, Object> beans) {
        return start(ROUTES, overrides, beans);
    }

    /** With routes that a test has changed. */
    Headgate start(Path routes, Map<String, String> overrides, Map<String, Object> beans) {
        Headgate headgate = Headgate.start(settings().with(overrides, "the test"), routes, beans);
        running.add(headgate);
        return headgate;
    }

    /** Creates the tables, for tests that look at them before the first start. */
    void migrate() {
        new Migrations(settings()).apply(ROUTES);
    }

    Settings settings() {
        return Settings.load(ROUTES, null, Map.of()).with(properties(), "the test");
    }

    void stop(Headgate headgate) {
        running.remove(headgate);
        headgate.close();
    }

    /** Stops all that runs. */
    void stop() {
        List.copyOf(running).forEach(this::stop);
    }

    void send(ProducerRecord<String, byte[]> message) {
        producer.send(message, (metadata, error) -> {
            if (error != null) {
                sendFailure = error;
            }
        });
    }

    void send(String key, String id, byte[] value) {
        send(Orders.message(topic, key, id, value));
    }

    @Override
    public void sendOrder(String order, String id, int version) {
        send(order, id, Orders.json(order, version).getBytes(StandardCharsets.UTF_8));
    }

    /** Returns when all that was sent is confirmed. */
    void flush() {
        producer.flush();
        if (sendFailure != null) {
            throw new IllegalStateException(sendFailure);
        }
    }

    long count(String query) {
        return Long.parseLong(text(query));
    }

    /** The first column of the only row. */
    String text(String query) {
        return texts(query).get(0);
    }

    /** The first column of each row. */
    List<String> texts(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(String.valueOf(rows.getString(1)));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    void execute(String statement) {
        sql(jdbcUrl(), statement);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), postgres.user(), postgres.password());
    }

    /** Until it is closed no batch can be written: its transaction waits for this one's lock. */
    Connection lockOrders() throws SQLException {
        return lock("orders");
    }

    /** Locks a table against every use until it is closed. */
    Connection lock(String table) throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("lock table " + table + " in access exclusive mode");
        }
        return connection;
    }

    /** Until so many transactions wait for somebody's lock. */
    void awaitWaitingForLocks(int transactions) {
        await().untilAsserted(
                        () -> org.assertj.core.api.Assertions.assertThat(count("select count(*) from pg_stat_activity"
                                        + " where datname = current_database() and wait_event_type = 'Lock'"))
                                .isEqualTo(transactions));
    }

    /** The sum of the group's committed offsets. */
    long committed() {
        return committed(topic);
    }

    /** The sum of the committed offsets of a group of the test's own. */
    long committed(String group) {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin().listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return offsets.values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The ids of the group's members and the partitions of each; only when the group is at rest. */
    Map<String, Set<TopicPartition>> members() {
        try {
            ConsumerGroupDescription group = admin().describeConsumerGroups(List.of(topic))
                    .describedGroups()
                    .get(topic)
                    .get();
            if (group.groupState() != GroupState.STABLE) {
                throw new IllegalStateException("The group is " + group.groupState());
            }
            return group.members().stream()
                    .collect(Collectors.toMap(MemberDescription::consumerId, member -> member.assignment()
                            .topicPartitions()));
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All records of the topic that the outbox is relayed to, partition after partition. */
    List<ConsumerRecord<String, byte[]>> applied() {
        return records(topic + "-applied");
    }

    /** All records of a topic of its own, partition after partition. */
    List<ConsumerRecord<String, byte[]>> records(String of) {
        Map<String, Object> properties =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(of, partition))
                    .toList();
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
            return records;
        }
    }

    /** One for all questions: tests ask ten times a second. */
    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of("bootstrap.servers", (Object) kafka.bootstrapServers()));
        }
        return admin;
    }

    static org.awaitility.core.ConditionFactory await() {
        return org.awaitility.Awaitility.await()
                .atMost(LONG)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        if (admin != null) {
            admin.close(Duration.ofSeconds(5));
        }
        stop();
        ForgottenSecrets.forget();
    }

    private void sql(String url, String statement) {
        try (Connection connection = DriverManager.getConnection(url, postgres.user(), postgres.password());
                Statement run = connection.createStatement()) {
            run.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }
}
