package dev.headgate.peers.sink;

import static java.util.Map.entry;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.connect.cli.ConnectStandalone;

/**
 * Orders from a topic into a table, by Debezium's JDBC sink in Kafka Connect: an upsert for each, many in one statement.
 * It validates nothing, and keeps no ledger and no outbox.
 *
 * <p>Argument: a file with the settings. Ends with its standard input.
 */
public final class Peer {
    private Peer() {}

    /** Starts it; returns when its standard input has ended. */
    public static void main(String[] arguments) throws IOException {
        var settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
            settings.load(file);
        }
        Path directory = Files.createTempDirectory("headgate-peer-");
        Path worker = directory.resolve("worker.properties");
        Path connector = directory.resolve("connector.properties");
        Path offsets = directory.resolve("offsets");
        write(
                worker,
                Map.ofEntries(
                        entry("bootstrap.servers", settings.getProperty("peer.brokers")),
                        entry("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
                        entry("value.converter", OrderConverter.class.getName()),
                        entry("offset.storage.file.filename", offsets.toString()),
                        entry("offset.flush.interval.ms", "1000"),
                        entry("listeners", "http://127.0.0.1:0"),
                        entry("plugin.discovery", "service_load"),
                        entry("connector.client.config.override.policy", "All")));
        write(
                connector,
                Map.ofEntries(
                        entry("name", settings.getProperty("peer.topic")),
                        entry("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector"),
                        entry("tasks.max", settings.getProperty("peer.writers")),
                        entry("topics", settings.getProperty("peer.topic")),
                        entry("connection.url", settings.getProperty("peer.database.url")),
                        entry("connection.username", settings.getProperty("peer.database.user")),
                        entry("connection.password", settings.getProperty("peer.database.password")),
                        entry("insert.mode", "upsert"),
                        entry("primary.key.mode", "record_value"),
                        entry("primary.key.fields", "order_id"),
                        entry("schema.evolution", "none"),
                        entry("collection.name.format", "orders"),
                        entry("batch.size", settings.getProperty("peer.batch-size")),
                        entry("dialect.postgres.unnest.insert.enabled", "true"),
                        entry("consumer.override.auto.offset.reset", "earliest"),
                        entry("consumer.override.max.poll.records", settings.getProperty("peer.batch-size"))));
        for (Path made : new Path[] {directory, worker, connector, offsets}) {
            made.toFile().deleteOnExit();
        }
        new Thread(() -> ConnectStandalone.main(new String[] {worker.toString(), connector.toString()}), "connect")
                .start();
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private static void write(Path file, Map<String, String> values) throws IOException {
        var properties = new Properties();
        properties.putAll(values);
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
    }
}
