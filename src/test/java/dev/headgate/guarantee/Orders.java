package dev.headgate.guarantee;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Messages of the shipped pipeline. */
final class Orders {

    private Orders() {}

    static String json(String order, int version) {
        return ("{\"order_id\":\"%s\",\"version\":%d,\"customer\":\"Ada\",\"amount\":12.50,\"currency\":\"EUR\","
                        + "\"status\":\"paid\",\"placed_at\":\"2026-01-01T00:00:00Z\"}")
                .formatted(order, version);
    }

    static ProducerRecord<String, byte[]> message(String topic, String key, String id, byte[] value) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, value);
        if (id != null) {
            record.headers().add("message-id", id.getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }
}
