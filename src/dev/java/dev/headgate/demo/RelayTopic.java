package dev.headgate.demo;

import dev.headgate.devservices.DevClients;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The Kafka topic that the relay writes to.
 *
 * @param readable tells of key and payload whether they are what they have to be; what is not has not arrived
 */
record RelayTopic(String bootstrapServers, String topic, BiPredicate<byte[], byte[]> readable) implements RelayTarget {
    private static final long NO_ID = -1;

    /** Any payload will do. */
    RelayTopic(String bootstrapServers, String topic) {
        this(bootstrapServers, topic, (key, payload) -> true);
    }

    @Override
    public Relayed relayed() {
        var ids = new BitSet();
        var withoutId = new LongAdder();
        DevClients.readAll(bootstrapServers, List.of(topic), delivered -> {
            long id = id(delivered);
            if (id == NO_ID || !readable.test(delivered.key(), delivered.value())) {
                withoutId.increment();
            } else {
                ids.set(Math.toIntExact(id));
            }
        });
        return new Relayed(ids, withoutId.sum());
    }

    @Override
    public String address() {
        return "Relayed to  " + bootstrapServers + "  topic " + topic;
    }

    private static long id(ConsumerRecord<byte[], byte[]> delivered) {
        Header id = delivered.headers().lastHeader("message-id");
        try {
            return RelayTarget.entry(id == null ? "" : new String(id.value(), StandardCharsets.UTF_8));
        } catch (NumberFormatException notAnEntry) {
            return NO_ID;
        }
    }
}
