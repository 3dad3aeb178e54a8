package dev.headgate.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.util.Map;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events of CloudEvents, structured and binary, as messages. */
class CloudEventTest {

    private static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";
    private static final String EVENT =
            "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/shop\",\"type\":\"order.placed\",\"retries\":3,\"none\":null%s}";

    @Test
    void the_data_becomes_the_body_and_attributes_become_headers_whichever_way_they_came() {
        Message structured = message(Map.of("content-type", STRUCTURED));
        assertThat(data(structured, EVENT.formatted(",\"data\": {\"amount\": 19.900, \"x\":[\"}\"]} ")))
                .isEqualTo("{\"amount\": 19.900, \"x\":[\"}\"]}");
        assertThat(structured.getHeaders())
                .containsEntry("message-id", "/shop e-1")
                .containsEntry("ce_type", "order.placed")
                .containsEntry("ce_retries", "3")
                .containsEntry("content-type", "application/json")
                .doesNotContainKey("ce_none");

        Message binary = message(Map.of("ce_specversion", "1.0", "ce_id", "e-1", "ce_source", "/shop", "ce_type", "t"));
        assertThat(data(binary, "any")).isEqualTo("any");
        assertThat(binary.getHeader("message-id")).isEqualTo("/shop e-1");
        assertThat(data(binary, null)).isNull();

        // Of a queue, which has no media types.
        assertThat(data(message(Map.of()), EVENT.formatted(",\"data\":1"))).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "none", textBlock = """
            ``                                                          | none
            ,"data":null                                                | none
            ,"data":1.2300                                              | 1.2300
            ,"data":true                                                | true
            ,"data":"x\\"y"                                             | "x\\"y"
            ,"data":"<a/>","datacontenttype":"application/xml"          | <a/>
            ,"datacontenttype":"application/x+json; a=b","data":"x"     | "x"
            ,"data_base64":"YWI="                                       | ab
            """)
    void data_is_json_or_what_its_type_says(String data, @Nullable String body) {
        assertThat(data(message(Map.of("content-type", STRUCTURED)), EVENT.formatted(data)))
                .isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            []                                                                                  | no JSON object
            {"a":1}                                                                             | no attribute specversion
            {"specversion":"0.3","id":"e","source":"s","type":"t"}                              | 0.3
            {"specversion":"1.0","id":"","source":"s","type":"t"}                               | no attribute id
            {"specversion":"1.0","id":"e","source":"a b","type":"t"}                            | no URI: a b
            {"specversion":"1.0","id":"e","source":"s"}                                         | no attribute type
            {"specversion":"1.0","id":"e","source":"s","type":"t"} x                            | Unrecognized token
            {"specversion":"1.0","id":"e","source":"s","type":"t","id":"f"}                     | Duplicate field
            {"specversion":"1.0","id":"e","source":"s","type":"t","x_y":"f"}                    | "x_y"
            {"specversion":"1.0","id":"e","source":"s","type":"t","x":{}}                       | "x"
            {"specversion":"1.0","id":"e","source":"s","type":"t","data":1,"data_base64":""}    | data and data_base64
            {"specversion":"1.0","id":"e","source":"s","type":"t","data_base64":"%"}            | no Base64
            {"specversion":"1.0",                                                               | end-of-input
            """)
    void what_is_no_event_is_refused(String body, String error) {
        assertThatThrownBy(() -> data(message(Map.of("content-type", STRUCTURED)), body))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo("broken CloudEvent"))
                .hasMessageContaining(error);
    }

    @Test
    void neither_a_batch_of_events_nor_a_message_without_a_body_is_one() {
        assertThatThrownBy(() -> data(message(Map.of("content-type", "application/cloudevents-batch+json")), "[]"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("events come one a message");
        assertThatThrownBy(() -> data(message(Map.of()), null)).isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> data(message(Map.of("ce_specversion", "1.0", "ce_id", "e", "ce_type", "t")), "x"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("no attribute source");
        assertThatThrownBy(() -> data(message(Map.of()), "{\"a\":".repeat(2_000)))
                .isInstanceOf(RejectedException.class);
    }

    private static Message message(Map<String, Object> headers) {
        Message message = new DefaultMessage(new DefaultCamelContext());
        headers.forEach(message::setHeader);
        return message;
    }

    private static @Nullable String data(Message message, @Nullable String body) {
        byte[] data = CloudEvent.open(message, body == null ? null : body.getBytes(UTF_8), new MessageLimit(100_000));
        return data == null ? null : new String(data, UTF_8);
    }
}
