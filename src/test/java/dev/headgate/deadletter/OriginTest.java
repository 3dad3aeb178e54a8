package dev.headgate.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {

    @ParameterizedTest
    @CsvSource({"orders-0-17, orders, 0", "orders-2026-1-3-17, orders-2026-1, 3", "a.b_c-9--4-5, a.b_c-9-, 4"})
    void a_position_is_read_from_its_end(String source, String topic, int partition) {
        assertThat(Origin.of(source)).isEqualTo(new Origin.Kafka(topic, partition));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "orders", "orders-0", "-0-1", "ord ers-0-1", "5B1C0A7D3E-0000000000000001"})
    void anything_else_takes_nothing_back(String source) {
        assertThat(Origin.of(source)).isEqualTo(new Origin.Unknown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "orders-0-17.fifo", "arn:aws:sqs:eu-west-1:123456789012:orders"})
    void a_queue_is_read_from_between_prefix_and_id(String queue) {
        assertThat(Origin.of("sqs:" + queue + ":0f6a1c1e-4b7d-4f7a-8123-123456789012"))
                .isEqualTo(new Origin.Sqs(queue));
    }

    @Test
    void an_entry_of_the_outbox_goes_back_into_it() {
        assertThat(Origin.of("outbox:orders-applied:17")).isEqualTo(new Origin.Outbox());
    }

    @Test
    void few_are_sent_at_once_by_count_and_by_bytes() {
        long mebibytes = 1024 * 1024;
        assertThat(Replayer.chunks(
                        List.of(
                                new ReplayPlan.Letter(1, 8 * mebibytes),
                                new ReplayPlan.Letter(2, 1),
                                new ReplayPlan.Letter(3, 1),
                                new ReplayPlan.Letter(4, 1),
                                new ReplayPlan.Letter(5, 20 * mebibytes)),
                        2))
                .containsExactly(List.of(1L), List.of(2L, 3L), List.of(4L), List.of(5L));
    }
}
