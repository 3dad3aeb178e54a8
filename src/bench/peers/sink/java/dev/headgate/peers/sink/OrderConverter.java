package dev.headgate.peers.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;

/** Gives an order's JSON, which has no schema with it, the one that the sink needs. Thread-safe. */
public final class OrderConverter implements Converter {
    private static final Schema ORDER = SchemaBuilder.struct()
            .field("order_id", Schema.STRING_SCHEMA)
            .field("version", Schema.INT32_SCHEMA)
            .field("customer", Schema.STRING_SCHEMA)
            .field("amount", Decimal.schema(2))
            .field("currency", Schema.STRING_SCHEMA)
            .field("status", Schema.STRING_SCHEMA)
            .field("channel", Schema.STRING_SCHEMA)
            .field("items", SchemaBuilder.string().name("io.debezium.data.Json").build())
            .field(
                    "placed_at",
                    SchemaBuilder.string()
                            .name("io.debezium.time.ZonedTimestamp")
                            .build())
            .build();

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public void configure(Map<String, ?> configuration, boolean isKey) {
        // It has nothing to be told.
    }

    @Override
    public SchemaAndValue toConnectData(String topic, Headers headers, byte[] value) {
        JsonNode order = read(value);
        var channel = headers.lastHeader("channel");
        return new SchemaAndValue(
                ORDER,
                new Struct(ORDER)
                        .put("order_id", order.get("order_id").asText())
                        .put("version", order.get("version").asInt())
                        .put("customer", order.get("customer").asText())
                        .put("amount", order.get("amount").decimalValue().setScale(2))
                        .put("currency", order.get("currency").asText())
                        .put("status", order.get("status").asText())
                        .put(
                                "channel",
                                channel == null ? "unknown" : new String(channel.value(), StandardCharsets.UTF_8))
                        .put("items", order.get("items").toString())
                        .put("placed_at", order.get("placed_at").asText()));
    }

    private static JsonNode read(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException notJson) {
            throw new DataException("An order is no JSON", notJson);
        }
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        throw new UnsupportedOperationException("An order's channel is in its headers");
    }

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        throw new UnsupportedOperationException("Orders are only read");
    }
}
