package dev.headgate.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcePositionTest {

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void a_replay_has_the_position_of_its_first_delivery() {
        deliver("orders-2-7");

        assertThat(SourcePosition.of(exchange)).isEqualTo("orders-2-7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "other-2-7", "orders", "orders-x-2-7", "orders-2-7 ", "orders-2-"})
    void an_origin_that_is_no_position_in_the_topic_it_is_read_from_says_nothing(String origin) {
        deliver(origin);

        assertThat(SourcePosition.of(exchange)).isEqualTo("orders-0-9");
    }

    @Test
    void a_replay_from_a_queue_has_the_position_of_its_first_delivery_and_no_other_queues() {
        exchange.setProperty(SourcePosition.QUEUE, "orders");
        exchange.getMessage().setHeader("CamelAwsSqsMessageId", "b");
        assertThat(SourcePosition.of(exchange)).isEqualTo("sqs:orders:b");

        exchange.getMessage().setHeader(Replay.ORIGIN, "sqs:orders:a");
        assertThat(SourcePosition.of(exchange)).isEqualTo("sqs:orders:a");

        for (String origin : new String[] {"sqs:other:a", "sqs:orders:", "sqs:orders:a:c", "orders-2-7"}) {
            exchange.getMessage().setHeader(Replay.ORIGIN, origin);
            assertThat(SourcePosition.of(exchange)).isEqualTo("sqs:orders:b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1 ", "x", "1234567890123456789"})
    void only_a_number_names_a_dead_letter(String id) {
        exchange.getMessage().setHeader(Replay.DEAD_LETTER, id);

        assertThat(Replay.of(exchange.getMessage())).isNull();
    }

    private void deliver(String origin) {
        exchange.getMessage().setHeader("kafka.TOPIC", "orders");
        exchange.getMessage().setHeader("kafka.PARTITION", 0);
        exchange.getMessage().setHeader("kafka.OFFSET", 9L);
        exchange.getMessage().setHeader(Replay.ORIGIN, origin);
    }
}
