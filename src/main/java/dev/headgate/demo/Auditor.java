package dev.headgate.demo;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what an {@link Account} needs: counts from the tables, and the target topic from its beginning to its end.
 *
 * <p>Call it when nothing flows any more. Memory: two bits for each outbox entry.
 */
public final class Auditor {
    private static final String COUNTS = """
            select (select count(*) from headgate.ledger where pipeline = ?),
                   (select count(*) from headgate.dead_letter where pipeline = ?),
                   (select count(*) from public.orders),
                   (select coalesce(sum(version), 0) from public.orders),
                   (select count(*) from headgate.outbox where pipeline = ?),
                   (select count(delivered_at) from headgate.outbox where pipeline = ?)
            """;

    private static final String ENTRIES = "select id from headgate.outbox where pipeline = ?";
    private static final int FETCH_SIZE = 10_000;
    private static final Duration POLL = Duration.ofMillis(200);

    private final DataSource dataSource;
    private final String bootstrapServers;
    private final String pipeline;

    public Auditor(DataSource dataSource, String bootstrapServers, String pipeline) {
        this.dataSource = dataSource;
        this.bootstrapServers = bootstrapServers;
        this.pipeline = pipeline;
    }

    /** Reads the tables and both topics as they are now. */
    public Account.Found read(String sourceTopic, String targetTopic) throws SQLException {
        try (var consumer = consumer();
                var connection = dataSource.getConnection()) {
            Relayed relayed = relayed(consumer, targetTopic);
            BitSet entries = entries(connection);
            return found(connection, received(consumer, sourceTopic), relayed, entries);
        }
    }

    private Account.Found found(Connection connection, long received, Relayed relayed, BitSet entries)
            throws SQLException {
        var missing = (BitSet) entries.clone();
        missing.andNot(relayed.ids);
        var strangers = (BitSet) relayed.ids.clone();
        strangers.andNot(entries);
        try (var counts = connection.prepareStatement(COUNTS)) {
            for (int parameter = 1; parameter <= 4; parameter++) {
                counts.setString(parameter, pipeline);
            }
            try (var row = counts.executeQuery()) {
                row.next();
                return new Account.Found(
                        received,
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        relayed.ids.cardinality(),
                        missing.cardinality(),
                        strangers.cardinality() + relayed.withoutId);
            }
        }
    }

    private BitSet entries(Connection connection) throws SQLException {
        var ids = new BitSet();
        connection.setAutoCommit(false);
        try (var statement = connection.prepareStatement(ENTRIES)) {
            statement.setFetchSize(FETCH_SIZE);
            statement.setString(1, pipeline);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.set(Math.toIntExact(rows.getLong(1)));
                }
            }
        } finally {
            connection.setAutoCommit(true);
        }
        return ids;
    }

    private static long received(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> partitions = partitions(consumer, topic);
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        return consumer.endOffsets(partitions).entrySet().stream()
                .mapToLong(end -> end.getValue() - beginnings.getOrDefault(end.getKey(), 0L))
                .sum();
    }

    private static Relayed relayed(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> partitions = partitions(consumer, topic);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        var relayed = new Relayed();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(relayed::add);
        }
        return relayed;
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", false, "max.poll.records", 5000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** The entry ids that arrived, and how many records had none. */
    private static final class Relayed {
        private final BitSet ids = new BitSet();
        private long withoutId;

        void add(ConsumerRecord<byte[], byte[]> delivered) {
            Header id = delivered.headers().lastHeader("message-id");
            try {
                ids.set(Integer.parseInt(id == null ? "" : new String(id.value(), StandardCharsets.UTF_8)));
            } catch (NumberFormatException notAnEntry) {
                withoutId++;
            }
        }
    }
}
