package dev.headgate.peers.spring;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Types;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An upsert for each order, in one JDBC batch and one transaction for all that a poll brought; their offsets are committed
 * after it. It validates nothing, and keeps no ledger and no outbox.
 */
@Component
class Orders {
    private static final String UPSERT = """
            insert into orders (order_id, version, customer, amount, currency, status, channel, items, placed_at)
            values (?, ?, ?, ?, ?, ?, ?, ?::json, ?::timestamptz)
            on conflict (order_id) do update
               set version = excluded.version, customer = excluded.customer, amount = excluded.amount,
                   currency = excluded.currency, status = excluded.status, channel = excluded.channel,
                   items = excluded.items, placed_at = excluded.placed_at, updated_at = now()
             where orders.version <= excluded.version
            """;
    private static final int[] TYPES = {
        Types.VARCHAR,
        Types.INTEGER,
        Types.VARCHAR,
        Types.NUMERIC,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR
    };

    private final JdbcTemplate jdbc;
    private final JsonMapper json;

    Orders(JdbcTemplate jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** Stores what a poll brought. */
    @KafkaListener(topics = "${peer.topic}")
    @Transactional
    public void store(List<ConsumerRecord<String, byte[]>> orders) {
        jdbc.batchUpdate(UPSERT, orders.stream().map(this::row).toList(), TYPES);
    }

    private Object[] row(ConsumerRecord<String, byte[]> message) {
        JsonNode order = json.readTree(message.value());
        var channel = message.headers().lastHeader("channel");
        return new Object[] {
            order.get("order_id").asString(),
            order.get("version").asInt(),
            order.get("customer").asString(),
            new BigDecimal(order.get("amount").asString()),
            order.get("currency").asString(),
            order.get("status").asString(),
            channel == null ? "unknown" : new String(channel.value(), StandardCharsets.UTF_8),
            order.get("items").toString(),
            order.get("placed_at").asString()
        };
    }
}
