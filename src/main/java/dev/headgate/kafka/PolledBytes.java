package dev.headgate.kafka;

import dev.headgate.message.CutBytes;
import dev.headgate.message.MessageLimit;
import dev.headgate.message.MessageSize;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Bounds what one poll of a consumer brings into memory, decompressed, to one message more than a message may be: Kafka
 * bounds what is fetched, which is compressed, and the number of records, whatever their size.
 *
 * <p>Where it knows the size of a record first, in its deserializers. Of a key or value that is too large alone only the
 * beginning is taken. A record behind those that fill a poll is refused: then Kafka returns what it has, and reads that
 * record again in the next poll. For the consumer's thread only.
 */
final class PolledBytes {

    private final MessageLimit limit;
    private final Deserializer<Object> key;
    private final Deserializer<Object> value;
    private long left;
    /** Its key is read, its value is not. */
    private boolean inRecord;

    /** @param properties of the consumer, which name the deserializers to put in front of */
    PolledBytes(MessageLimit limit, Properties properties) {
        this.limit = limit;
        this.key = new Bounded(configured(properties, ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, true), true);
        this.value = new Bounded(configured(properties, ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, false), false);
    }

    Deserializer<Object> key() {
        return key;
    }

    Deserializer<Object> value() {
        return value;
    }

    /** Another poll begins. */
    void begin() {
        left = limit.maxBytes();
        inRecord = false;
    }

    private void count(Headers headers, int bytes) {
        if (!inRecord) {
            if (left <= 0) {
                throw new SerializationException("the next poll begins with this record: this one is full");
            }
            for (Header header : headers) {
                byte[] value = header.value();
                left -= MessageSize.ENTRY + header.key().length() + (value == null ? 0 : value.length);
            }
        }
        left -= Math.min(bytes, limit.maxBytes());
    }

    private static Deserializer<?> configured(Properties properties, String name, boolean isKey) {
        Object type = properties.get(name);
        try {
            Deserializer<?> deserializer = type instanceof Class<?> known
                    ? (Deserializer<?>) Utils.newInstance(known)
                    : Utils.newInstance(String.valueOf(type), Deserializer.class);
            Map<String, Object> values = Utils.propsToMap(properties);
            deserializer.configure(values, isKey);
            return deserializer;
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "The class " + type + " of " + name + " is not on the class path: correct its name", e);
        }
    }

    private final class Bounded implements Deserializer<Object> {

        private final Deserializer<?> deserializer;
        private final boolean isKey;

        Bounded(Deserializer<?> deserializer, boolean isKey) {
            this.deserializer = deserializer;
            this.isKey = isKey;
        }

        @Override
        public Object deserialize(String topic, byte[] data) {
            return deserializer.deserialize(topic, data);
        }

        @Override
        public Object deserialize(String topic, Headers headers, ByteBuffer data) {
            count(headers, data.remaining());
            inRecord = isKey;
            if (!limit.allows(data.remaining())) {
                return CutBytes.of(data);
            }
            ByteBuffer unread = data.duplicate();
            Object read = deserializer.deserialize(topic, headers, data);
            if (isKey) {
                UnusualRecord.keepKey(headers, unread, read);
            }
            return read;
        }

        @Override
        public void close() {
            deserializer.close();
        }
    }
}
