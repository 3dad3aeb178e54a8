package dev.headgate.guarantee;

import dev.headgate.app.Headgate;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The shipped routes against a database, topics and a consumer group of one test's own, and what a test asks them. */
final class Pipeline implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Duration LONG = Duration.ofSeconds(60);

    final String name = "t" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
    final String topic = name + "-orders";
    final int partitions;
    private final List<Headgate> running = new ArrayList<>();
    private final KafkaProducer<String, byte[]> producer;
    private volatile Exception sendFailure;

    Pipeline(int partitions) {
        this.partitions = partitions;
        sql(Servers.POSTGRES.jdbcUrl(), "create database " + name);
        Servers.KAFKA.createTopic(topic, partitions, Map.of("max.message.bytes", "10000000"));
        Servers.KAFKA.createTopic(topic + "-applied", partitions, Map.of());
        Properties properties = new Properties();
        properties.put("bootstrap.servers", Servers.KAFKA.bootstrapServers());
        properties.put("max.request.size", "10000000");
        properties.put("linger.ms", "5");
        producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    /** What a process of this pipeline is configured with. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("camel.component.kafka.brokers", Servers.KAFKA.bootstrapServers());
        properties.put("camel.management.enabled", "false");
        properties.put("headgate.database.url", jdbcUrl());
        properties.put("headgate.database.user", Servers.POSTGRES.user());
        properties.put("headgate.database.password", Servers.POSTGRES.password());
        properties.put("orders.topic", topic);
        properties.put("orders.group", topic);
        properties.put("orders.applied-topic", topic + "-applied");
        return properties;
    }

    String jdbcUrl() {
        return Servers.POSTGRES.jdbcUrl().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1");
    }

    Headgate start() {
        return start(Map.of(), Map.of());
    }

    Headgate start(Map<String, String> overrides, Map<String, Object> beans) {
        Path routes = Path.of("routes");
        Settings settings = Settings.load(routes, null, Map.of())
                .with(properties(), "the test")
                .with(overrides, "the test");
        Headgate headgate = Headgate.start(settings, routes, beans);
        running.add(headgate);
        return headgate;
    }

    void stop(Headgate headgate) {
        running.remove(headgate);
        headgate.close();
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

    /** An order that is valid. */
    void sendOrder(String order, String id, int version) {
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
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    void execute(String statement) {
        sql(jdbcUrl(), statement);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), Servers.POSTGRES.user(), Servers.POSTGRES.password());
    }

    /** The sum of the group's committed offsets. */
    long committed() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) Servers.KAFKA.bootstrapServers()))) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(topic)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return offsets.values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
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
        List.copyOf(running).forEach(this::stop);
    }

    private static void sql(String url, String statement) {
        try (Connection connection =
                        DriverManager.getConnection(url, Servers.POSTGRES.user(), Servers.POSTGRES.password());
                Statement run = connection.createStatement()) {
            run.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }
}
