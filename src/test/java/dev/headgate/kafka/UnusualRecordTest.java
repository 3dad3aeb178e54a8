package dev.headgate.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.AsItCame;
import java.nio.ByteBuffer;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class UnusualRecordTest {

    private final RecordHeaders record = new RecordHeaders();

    @Test
    void ordinary_records_bring_nothing_more() {
        record.add("a", "1".getBytes(UTF_8)).add("b", new byte[] {(byte) 0xFF}).add("c", new byte[0]);
        keepKey("k\u00e9y", "k\u00e9y".getBytes(UTF_8));
        assertThat(kept()).isNull();
    }

    @Test
    void a_key_that_is_no_text_is_kept_and_no_header_tells_of_it() {
        byte[] key = {(byte) 0xFF, 'k'};
        keepKey(new String(key, UTF_8), key);
        AsItCame kept = kept();
        assertThat(kept.key()).isEqualTo(key);
        assertThat(kept.headers()).isEmpty();
        assertThat(record.toArray()).isEmpty();
    }

    @Test
    void a_key_that_was_read_as_a_number_is_kept_and_one_of_bytes_says_all() {
        keepKey(7L, new byte[] {0, 0, 0, 0, 0, 0, 0, 7});
        assertThat(kept().key()).hasSize(8);
        keepKey(new byte[] {1}, new byte[] {1});
        assertThat(kept()).isNull();
    }

    @Test
    void two_of_one_name_and_one_without_a_value_are_kept_in_order() {
        record.add("a", "1".getBytes(UTF_8)).add("b", null).add("a", "2".getBytes(UTF_8));
        assertThat(kept().headers()).extracting(AsItCame.Header::name).containsExactly("a", "b", "a");
        assertThat(kept().json()).isEqualTo("{\"a\":\"1\",\"b\":null,\"a\":\"2\"}");
        assertThat(AsItCame.parse(kept().json()))
                .extracting(header -> header.value() == null ? null : new String(header.value(), UTF_8))
                .containsExactly("1", null, "2");
    }

    @Test
    void a_name_that_camel_leaves_out_is_kept() {
        record.add("CamelHttpUri", "x".getBytes(UTF_8));
        assertThat(kept().headers()).hasSize(1);
    }

    private void keepKey(Object read, byte[] key) {
        UnusualRecord.keepKey(record, ByteBuffer.wrap(key), read);
    }

    /** As the consumer makes its exchange: of the record's own headers those that Camel lets in. */
    private AsItCame kept() {
        Message message = new DefaultExchange(new DefaultCamelContext()).getMessage();
        for (Header header : record) {
            if (dev.headgate.message.Headers.isOwn(header.key())) {
                message.setHeader(header.key(), new TextHeaders().deserialize(header.key(), header.value()));
            }
        }
        UnusualRecord.keep(message, record);
        return message.getHeader(AsItCame.HEADER, AsItCame.class);
    }
}
