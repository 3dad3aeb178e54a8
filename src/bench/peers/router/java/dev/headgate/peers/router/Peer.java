package dev.headgate.peers.router;

import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Entries of an outbox to a topic, by Debezium's embedded engine: a snapshot of those that are there already, then what the
 * server's log brings, each routed by the event router, with its key and payload as they are. Each bulk is confirmed by
 * the broker before the position in the log is. Nothing is marked in the outbox.
 *
 * <p>Argument: a file with the settings. Ends with its standard input.
 */
public final class Peer {
    private static final String PLACE = "headgate";

    private Peer() {}

    /** Starts it; returns when its standard input has ended. */
    public static void main(String[] arguments) throws IOException {
        var settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
            settings.load(file);
        }
        var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        settings.getProperty("peer.brokers"),
                        "acks",
                        "all",
                        "enable.idempotence",
                        true,
                        "batch.size",
                        128 * 1024),
                new StringSerializer(),
                new ByteArraySerializer());
        DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> engine = DebeziumEngine.create(Connect.class)
                .using(router(settings))
                .using((success, message, failure) -> {
                    System.err.println("The engine has ended: " + message);
                    if (failure != null) {
                        failure.printStackTrace();
                    }
                    Runtime.getRuntime().halt(1);
                })
                .notifying((entries, committer) -> {
                    send(producer, entries);
                    for (ChangeEvent<SourceRecord, SourceRecord> entry : entries) {
                        committer.markProcessed(entry);
                    }
                    committer.markBatchFinished();
                })
                .build();
        new Thread(engine, "engine").start();
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }

    private static void send(
            KafkaProducer<String, byte[]> producer, List<ChangeEvent<SourceRecord, SourceRecord>> entries)
            throws InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>(entries.size());
        for (ChangeEvent<SourceRecord, SourceRecord> entry : entries) {
            SourceRecord routed = entry.value();
            sent.add(producer.send(new ProducerRecord<>(routed.topic(), (String) routed.key(), bytes(routed.value()))));
        }
        for (Future<RecordMetadata> each : sent) {
            try {
                each.get();
            } catch (ExecutionException failure) {
                throw new IllegalStateException("The broker refused an entry", failure.getCause());
            }
        }
    }

    private static byte[] bytes(Object payload) {
        if (payload instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        return (byte[]) payload;
    }

    private static Properties router(Properties settings) throws IOException {
        URI database = URI.create(settings.getProperty("peer.database.url").substring("jdbc:".length()));
        Path offsets = Files.createTempFile("headgate-peer-", ".offsets");
        offsets.toFile().deleteOnExit();
        var router = new Properties();
        router.putAll(Map.ofEntries(
                Map.entry("name", PLACE),
                Map.entry("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
                Map.entry("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore"),
                Map.entry("offset.storage.file.filename", offsets.toString()),
                Map.entry("offset.flush.interval.ms", "1000"),
                Map.entry("plugin.name", "pgoutput"),
                Map.entry("slot.name", PLACE + "_" + database.getPath().substring(1)),
                Map.entry("publication.autocreate.mode", "filtered"),
                Map.entry("database.hostname", database.getHost()),
                Map.entry("database.port", String.valueOf(database.getPort())),
                Map.entry("database.dbname", database.getPath().substring(1)),
                Map.entry("database.user", settings.getProperty("peer.database.user")),
                Map.entry("database.password", settings.getProperty("peer.database.password")),
                Map.entry("topic.prefix", PLACE),
                Map.entry("table.include.list", PLACE + ".outbox"),
                Map.entry("tombstones.on.delete", "false"),
                Map.entry("max.batch.size", settings.getProperty("peer.batch-size")),
                Map.entry("max.queue.size", "8192"),
                Map.entry("poll.interval.ms", "10"),
                Map.entry("binary.handling.mode", "bytes"),
                Map.entry("transforms", "outbox"),
                Map.entry("transforms.outbox.type", "io.debezium.transforms.outbox.EventRouter"),
                Map.entry("transforms.outbox.table.field.event.id", "id"),
                Map.entry("transforms.outbox.table.field.event.key", "key"),
                Map.entry("transforms.outbox.table.field.event.payload", "payload"),
                Map.entry("transforms.outbox.route.by.field", "destination"),
                Map.entry("transforms.outbox.route.topic.replacement", settings.getProperty("peer.target"))));
        return router;
    }
}
