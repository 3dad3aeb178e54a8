package dev.headgate.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourcePositionTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    @Test
    void what_the_consumer_of_the_source_has_left_is_the_position() {
        Exchange exchange = delivered("direct:in");
        exchange.setProperty(SourcePosition.PROPERTY, new SourcePosition.Kafka("orders", 1, 2, 7));

        assertThat(SourcePosition.of(exchange)).hasToString("orders@1-2-7");
    }

    @Test
    void of_a_consumer_of_camels_own_its_headers_say_it() {
        assertThat(SourcePosition.of(delivered("kafka:orders"))).hasToString("orders-0-9");
    }

    @Test
    void headers_of_any_other_source_say_nothing() {
        Exchange exchange = delivered("direct:in");

        assertThat(SourcePosition.of(exchange)).isEqualTo(new SourcePosition.Unknown(exchange.getExchangeId()));
    }

    @ParameterizedTest
    @CsvSource({"orders-0-17, orders, 0", "orders-2026-1-3-17, orders-2026-1, 3", "a.b_c-9--4-5, a.b_c-9-, 4"})
    void a_position_is_read_from_its_end(String text, String topic, int partition) {
        long offset = Long.parseLong(text.substring(text.lastIndexOf('-') + 1));
        assertThat(SourcePosition.parse(text))
                .isEqualTo(new SourcePosition.Kafka(topic, partition, offset))
                .hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "orders-0",
                "-0-1",
                "ord ers-0-1",
                "5B1C0A7D3E-0000000000000001",
                "job:receipts:9999999999999999999",
                "outbox:17"
            })
    void anything_else_takes_nothing_back(String text) {
        assertThat(SourcePosition.parse(text))
                .isEqualTo(new SourcePosition.Unknown(text))
                .hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "orders-0-17.fifo", "arn:aws:sqs:eu-west-1:123456789012:orders"})
    void a_queue_is_read_from_between_prefix_and_id(String queue) {
        String id = "0f6a1c1e-4b7d-4f7a-8123-123456789012";
        assertThat(SourcePosition.parse("sqs:" + queue + ":" + id))
                .isEqualTo(new SourcePosition.Sqs(queue, id))
                .hasToString("sqs:" + queue + ":" + id);
    }

    @Test
    void an_entry_of_the_outbox_goes_back_into_it() {
        assertThat(SourcePosition.parse("outbox:orders-applied:17"))
                .isEqualTo(new SourcePosition.Outbox("orders-applied", 17))
                .hasToString("outbox:orders-applied:17");
    }

    private Exchange delivered(String uri) {
        Exchange exchange = DefaultExchange.newFromEndpoint(context.getEndpoint(uri));
        exchange.getMessage().setHeader("kafka.TOPIC", "orders");
        exchange.getMessage().setHeader("kafka.PARTITION", 0);
        exchange.getMessage().setHeader("kafka.OFFSET", 9L);
        exchange.getMessage().setHeader("CamelAwsSqsMessageId", "b");
        exchange.getMessage().setHeader("CamelJobId", 17L);
        exchange.getMessage().setHeader("CamelJobQueue", "receipts");
        return exchange;
    }
}
