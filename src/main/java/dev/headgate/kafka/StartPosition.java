package dev.headgate.kafka;

import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** Where a partition begins for a group that has no offset: the consumer's {@code auto.offset.reset}, which Kafka's own client
 * would take for what was deleted, too. */
enum StartPosition {
    EARLIEST,
    LATEST,
    /** Nowhere: reading fails. */
    NONE;

    /** @throws IllegalArgumentException if the properties have another value */
    static StartPosition of(Properties consumer) {
        Object reset = consumer.getOrDefault(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        try {
            return valueOf(String.valueOf(reset).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "autoOffsetReset of kafka: is earliest, latest or none, not " + reset, e);
        }
    }

    /** The same properties for a client that does not choose itself. */
    static Properties without(Properties consumer) {
        Properties without = new Properties();
        without.putAll(consumer);
        without.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return without;
    }
}
