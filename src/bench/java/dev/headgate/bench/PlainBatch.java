package dev.headgate.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Some records as the parameters of the statements that store them. */
record PlainBatch(List<ConsumerRecord<String, byte[]>> records) {
    String[] keys() {
        return records.stream().map(PlainBatch::messageId).toArray(String[]::new);
    }

    String[] sources() {
        return records.stream()
                .map(entry -> entry.topic() + "-" + entry.partition() + "-" + entry.offset())
                .toArray(String[]::new);
    }

    /** The records whose key is one of these, the first of each. */
    PlainBatch only(Set<String> freshKeys) {
        Set<String> left = new HashSet<>(freshKeys);
        return new PlainBatch(
                records.stream().filter(entry -> left.remove(messageId(entry))).toList());
    }

    String parameter(String name) {
        return switch (name) {
            case "fresh" -> payloads();
            case "freshHeaders" -> headers();
            default -> throw new IllegalArgumentException("Unknown parameter ${body." + name + "}");
        };
    }

    Map<TopicPartition, OffsetAndMetadata> nextOffsets() {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        records.forEach(entry -> next.put(
                new TopicPartition(entry.topic(), entry.partition()), new OffsetAndMetadata(entry.offset() + 1)));
        return next;
    }

    private String payloads() {
        var json = new ByteArrayOutputStream(records.size() * 280 + 2);
        char separator = '[';
        for (ConsumerRecord<String, byte[]> entry : records) {
            json.write(separator);
            json.writeBytes(entry.value());
            separator = ',';
        }
        json.write(']');
        return json.toString(StandardCharsets.UTF_8);
    }

    /** The values are known to need no escaping. */
    private String headers() {
        var json = new StringBuilder(records.size() * 24);
        char separator = '[';
        for (ConsumerRecord<String, byte[]> entry : records) {
            var channel = entry.headers().lastHeader("channel");
            json.append(separator)
                    .append("{\"channel\":\"")
                    .append(channel == null ? "unknown" : new String(channel.value(), StandardCharsets.UTF_8))
                    .append("\"}");
            separator = ',';
        }
        return json.append(']').toString();
    }

    private static String messageId(ConsumerRecord<String, byte[]> entry) {
        return new String(entry.headers().lastHeader("message-id").value(), StandardCharsets.UTF_8);
    }
}
