package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.Message;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class JsonArraysTest {

    private static final CamelContext CONTEXT = new DefaultCamelContext();

    @Test
    void one_header_is_an_array_of_texts_with_null_where_it_is_missing() {
        List<Message> messages = List.of(
                message(Map.of("channel", "we\"b")),
                message(Map.of("other", "x")),
                message(Map.of("channel", "caf\u00e9\0".getBytes(StandardCharsets.UTF_8))),
                message(Map.of("channel", new byte[] {(byte) 0xff})),
                message(Map.of("channel", 7)));

        assertThat(JsonArrays.header(messages, "channel"))
                .isEqualTo("[\"we\\\"b\",null,\"caf\u00e9\uFFFD\",\"base64:/w==\",\"7\"]");
        assertThat(JsonArrays.header(List.of(), "channel")).isEqualTo("[]");
    }

    @Test
    void all_headers_are_an_array_of_objects_without_those_of_camel_and_kafka() {
        List<Message> messages =
                List.of(message(Map.of("a", "1", "CamelX", "no", "kafka.TOPIC", "no")), message(Map.of()));

        assertThat(JsonArrays.headers(messages)).isEqualTo("[{\"a\":\"1\"},{}]");
        assertThat(JsonArrays.headers(List.of())).isEqualTo("[]");
    }

    @Test
    void traces_are_empty_unless_a_message_has_one() {
        Message without = message(Map.of("tracestate", "s"));

        assertThat(JsonArrays.traces(List.of(without))).isEqualTo("[]");
        assertThat(JsonArrays.traces(List.of(message(Map.of("traceparent", "p")), without)))
                .isEqualTo("[{\"traceparent\":\"p\"},{\"tracestate\":\"s\"}]");
    }

    private static Message message(Map<String, Object> headers) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.getMessage().setHeaders(new HashMap<>(headers));
        return new Message(exchange, "p", "k", null, new byte[1], null);
    }
}
