package dev.headgate.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Some messages as the parameters of the statements that store them. */
record PlainBatch(List<? extends PlainMessage> messages) {
    String[] keys() {
        return messages.stream().map(PlainMessage::messageId).toArray(String[]::new);
    }

    String[] sources() {
        return messages.stream().map(PlainMessage::source).toArray(String[]::new);
    }

    /** The messages whose key is one of these, the first of each. */
    PlainBatch only(Set<String> freshKeys) {
        Set<String> left = new HashSet<>(freshKeys);
        return new PlainBatch(messages.stream()
                .filter(message -> left.remove(message.messageId()))
                .toList());
    }

    String parameter(String name) {
        return switch (name) {
            case "fresh" -> payloads();
            case "header('channel')" -> channels();
            case "traces" -> "[]";
            case "name" -> "orders";
            default -> throw new IllegalArgumentException("Unknown parameter ${body." + name + "}");
        };
    }

    private String payloads() {
        var json = new ByteArrayOutputStream(messages.size() * 280 + 2);
        char separator = '[';
        for (PlainMessage message : messages) {
            json.write(separator);
            json.writeBytes(message.payload());
            separator = ',';
        }
        json.write(']');
        return json.toString(StandardCharsets.UTF_8);
    }

    /** The values are known to need no escaping. */
    private String channels() {
        var json = new StringBuilder(messages.size() * 12);
        char separator = '[';
        for (PlainMessage message : messages) {
            json.append(separator).append('"').append(message.channel()).append('"');
            separator = ',';
        }
        return json.append(']').toString();
    }
}
