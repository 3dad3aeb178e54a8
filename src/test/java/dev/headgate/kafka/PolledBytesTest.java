package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.message.CutBytes;
import dev.headgate.message.MessageLimit;
import java.nio.ByteBuffer;
import java.util.Properties;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PolledBytesTest {

    private static final int LIMIT = 10_000;

    private PolledBytes polled;

    @BeforeEach
    void begin() {
        Properties properties = new Properties();
        properties.put("key.deserializer", StringDeserializer.class.getName());
        properties.put("value.deserializer", ByteArrayDeserializer.class);
        polled = new PolledBytes(new MessageLimit(LIMIT), properties);
        polled.begin();
    }

    @Test
    void a_poll_ends_before_the_record_behind_those_that_fill_it() {
        assertThat(value(LIMIT - 1)).isInstanceOf(byte[].class);
        assertThat(value(LIMIT)).isInstanceOf(byte[].class);
        assertThatThrownBy(() -> value(1)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> key(1)).isInstanceOf(SerializationException.class);

        polled.begin();
        assertThat(value(1)).isInstanceOf(byte[].class);
    }

    @Test
    void headers_fill_it_too() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("n".repeat(LIMIT), new byte[0]);
        polled.value().deserialize("t", headers, ByteBuffer.allocate(1));
        assertThatThrownBy(() -> value(1)).isInstanceOf(SerializationException.class);
    }

    @Test
    void a_record_of_which_the_key_is_read_is_read_to_its_end() {
        assertThat(key(LIMIT)).isInstanceOf(String.class);
        assertThat(value(LIMIT)).isInstanceOf(byte[].class);
        assertThatThrownBy(() -> key(1)).isInstanceOf(SerializationException.class);
    }

    @Test
    void what_is_too_large_alone_is_only_its_beginning() {
        ByteBuffer bytes = ByteBuffer.allocate(LIMIT + 1);
        bytes.put(0, (byte) 7);
        assertThat(polled.value().deserialize("t", new RecordHeaders(), bytes))
                .isInstanceOfSatisfying(CutBytes.class, cut -> {
                    assertThat(cut.size()).isEqualTo(LIMIT + 1);
                    assertThat(cut.beginning()).hasSize(CutBytes.KEPT).startsWith(7);
                });
    }

    private Object value(int bytes) {
        return polled.value().deserialize("t", new RecordHeaders(), ByteBuffer.allocate(bytes));
    }

    private Object key(int bytes) {
        return polled.key().deserialize("t", new RecordHeaders(), ByteBuffer.allocate(bytes));
    }
}
