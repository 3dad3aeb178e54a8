package dev.headgate.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class HeadersTest {

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void bytes_that_are_text_become_text() {
        header("channel", "caf\u00e9".getBytes(UTF_8));
        assertThat(Headers.texts(exchange.getMessage())).containsExactly(entry("channel", "caf\u00e9"));
    }

    @Test
    void other_bytes_become_base64() {
        header("trace", new byte[] {(byte) 0xFF, 0});
        assertThat(Headers.texts(exchange.getMessage())).containsExactly(entry("trace", "base64:/wA="));
    }

    @Test
    void headers_of_camel_and_of_kafkas_client_are_not_the_messages_own() {
        header("CamelFileName", "a");
        header("camelhttpuri", "b");
        header("kafka.TOPIC", "c");
        header("Kafka.topic", "d");
        header("kafkaesque", "e");
        assertThat(Headers.texts(exchange.getMessage())).containsExactly(entry("kafkaesque", "e"));
    }

    @Test
    void nul_is_replaced_in_names_and_values() {
        header("a\0", "b\0".getBytes(UTF_8));
        header("c\0", "d\0");
        assertThat(Headers.texts(exchange.getMessage()))
                .containsOnly(entry("a\uFFFD", "b\uFFFD"), entry("c\uFFFD", "d\uFFFD"));
    }

    @Test
    void what_camel_and_the_client_added_is_left_out() {
        header("CamelMessageTimestamp", 1L);
        header("kafka.OFFSET", 7L);
        header("count", 3);
        assertThat(Headers.texts(exchange.getMessage())).containsExactly(entry("count", "3"));
    }

    @Test
    void a_missing_value_and_an_empty_name_are_no_harm() {
        header("none", null);
        header("", new byte[0]);
        assertThat(Headers.texts(exchange.getMessage())).containsOnly(entry("none", "null"), entry("", ""));
    }

    @Test
    void different_bytes_become_different_texts() {
        assertThat(Headers.decode(new byte[] {(byte) 0x80})).isNotEqualTo(Headers.decode(new byte[] {(byte) 0x81}));
        assertThat(Headers.decode(new byte[] {'a', 0})).isEqualTo("a\0");
    }

    private void header(String name, Object value) {
        exchange.getMessage().setHeader(name, value);
    }
}
