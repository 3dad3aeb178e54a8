package dev.headgate.peers.camel;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.processor.idempotent.jdbc.JdbcMessageIdRepository;

/**
 * Orders from a topic into a table, as Camel's documentation puts such a route together: duplicates are filtered by a
 * table of message ids, what is left is aggregated, and each group is stored by one batched statement. A message is
 * forgotten by its topic before its group is stored: what waits in the aggregator is lost with the process.
 *
 * <p>Argument: a file with the settings. Ends with its standard input.
 */
public final class Peer {
    private static final long LINGER_MILLIS = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Peer() {}

    /** Starts it; returns when its standard input has ended. */
    public static void main(String[] arguments) throws Exception {
        var settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
            settings.load(file);
        }
        int writers = Integer.parseInt(settings.getProperty("peer.writers"));
        int batchSize = Integer.parseInt(settings.getProperty("peer.batch-size"));
        var pool = new HikariDataSource();
        pool.setJdbcUrl(settings.getProperty("peer.database.url") + "?reWriteBatchedInserts=true");
        pool.setUsername(settings.getProperty("peer.database.user"));
        pool.setPassword(settings.getProperty("peer.database.password"));
        var main = new Main();
        main.bind("pool", pool);
        main.bind("ids", new JdbcMessageIdRepository(pool, "orders"));
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("kafka:" + settings.getProperty("peer.topic") + "?brokers=" + settings.getProperty("peer.brokers")
                                + "&groupId=" + settings.getProperty("peer.topic")
                                + "&autoOffsetReset=earliest&maxPollRecords=" + batchSize
                                + "&valueDeserializer=org.apache.kafka.common.serialization.ByteArrayDeserializer"
                                + "&consumersCount=" + writers)
                        .idempotentConsumer(header("message-id"))
                        .idempotentRepository("ids")
                        .process(Peer::row)
                        .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                        .completionSize(batchSize)
                        .completionTimeout(LINGER_MILLIS)
                        .threads(writers, writers)
                        .to("sql:classpath:orders.sql?batch=true&dataSource=#pool");
            }
        });
        main.start();
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }

    /** The values of the statement, by their names. */
    private static void row(Exchange exchange) throws IOException {
        JsonNode order = JSON.readTree(exchange.getMessage().getBody(byte[].class));
        byte[] channel = exchange.getMessage().getHeader("channel", byte[].class);
        exchange.getMessage()
                .setBody(Map.ofEntries(
                        entry("order_id", order.get("order_id").asText()),
                        entry("version", order.get("version").asInt()),
                        entry("customer", order.get("customer").asText()),
                        entry("amount", order.get("amount").decimalValue()),
                        entry("currency", order.get("currency").asText()),
                        entry("status", order.get("status").asText()),
                        entry("channel", channel == null ? "unknown" : new String(channel, StandardCharsets.UTF_8)),
                        entry("items", order.get("items").toString()),
                        entry("placed_at", order.get("placed_at").asText())));
    }
}
