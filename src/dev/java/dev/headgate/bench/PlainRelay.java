package dev.headgate.bench;

import static java.util.Map.entry;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What Headgate's relay is measured against: one thread that polls, sends and marks. It knows no other relays, no
 * failed entries and no order across a crash.
 */
final class PlainRelay {
    private static final int MOST_ENTRIES = 2000;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final String POLL = """
            select id, key, payload from headgate.outbox where delivered_at is null order by id limit ?
            """;
    private static final String MARK = """
            update headgate.outbox set delivered_at = now() where id = any(?)
            """;

    private final DataSource dataSource;
    private final Map<String, Object> producerSettings;
    private final String topic;

    PlainRelay(DataSource dataSource, String bootstrapServers, String topic) {
        this.dataSource = dataSource;
        this.topic = topic;
        this.producerSettings = Map.ofEntries(
                entry("bootstrap.servers", bootstrapServers),
                entry("acks", "all"),
                entry("enable.idempotence", true),
                entry("batch.size", 128 * 1024));
    }

    /** Relays until it fails or is interrupted. */
    void run() throws SQLException, ExecutionException, InterruptedException {
        try (var connection = dataSource.getConnection();
                var producer =
                        new KafkaProducer<>(producerSettings, new StringSerializer(), new ByteArraySerializer())) {
            while (true) {
                if (relay(connection, producer) == 0) {
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        }
    }

    private int relay(Connection connection, KafkaProducer<String, byte[]> producer)
            throws SQLException, ExecutionException, InterruptedException {
        List<Long> ids = new ArrayList<>();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var poll = connection.prepareStatement(POLL)) {
            poll.setInt(1, MOST_ENTRIES);
            try (var rows = poll.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                    sent.add(producer.send(new ProducerRecord<>(topic, rows.getString(2), rows.getBytes(3))));
                }
            }
        }
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
        if (!ids.isEmpty()) {
            try (var mark = connection.prepareStatement(MARK)) {
                mark.setArray(1, connection.createArrayOf("int8", ids.toArray()));
                mark.executeUpdate();
            }
        }
        return ids.size();
    }
}
