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

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void a_replay_has_the_position_of_its_first_delivery() {
        deliver("orders-2-7");

        assertThat(SourcePosition.of(exchange)).hasToString("orders-2-7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "other-2-7", "orders", "orders-x-2-7", "orders-2-7 ", "orders-2-"})
    void an_origin_that_is_no_position_in_the_topic_it_is_read_from_says_nothing(String origin) {
        deliver(origin);

        assertThat(SourcePosition.of(exchange)).hasToString("orders-0-9");
    }

    @Test
    void a_replay_from_a_queue_has_the_position_of_its_first_delivery_and_no_other_queues() {
        exchange.setProperty(SourcePosition.QUEUE, "orders");
        exchange.getMessage().setHeader("CamelAwsSqsMessageId", "b");
        assertThat(SourcePosition.of(exchange)).hasToString("sqs:orders:b");

        exchange.getMessage().setHeader(Headers.ORIGIN, "sqs:orders:a");
        assertThat(SourcePosition.of(exchange)).hasToString("sqs:orders:a");

        for (String origin : new String[] {"sqs:other:a", "sqs:orders:", "sqs:orders:a:c", "orders-2-7"}) {
            exchange.getMessage().setHeader(Headers.ORIGIN, origin);
            assertThat(SourcePosition.of(exchange)).hasToString("sqs:orders:b");
        }
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

    @Test
    void a_job_has_its_position_in_all_its_attempts() {
        exchange.getMessage().setHeader("CamelJobId", 17L);
        exchange.getMessage().setHeader("CamelJobQueue", "receipts");

        assertThat(SourcePosition.of(exchange)).isEqualTo(SourcePosition.parse("job:receipts:17"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1 ", "x", "1234567890123456789"})
    void only_a_number_names_a_dead_letter(String id) {
        exchange.getMessage().setHeader(Headers.DEAD_LETTER, id);

        assertThat(Replay.of(exchange.getMessage())).isNull();
    }

    private void deliver(String origin) {
        exchange.getMessage().setHeader("kafka.TOPIC", "orders");
        exchange.getMessage().setHeader("kafka.PARTITION", 0);
        exchange.getMessage().setHeader("kafka.OFFSET", 9L);
        exchange.getMessage().setHeader(Headers.ORIGIN, origin);
    }
}
