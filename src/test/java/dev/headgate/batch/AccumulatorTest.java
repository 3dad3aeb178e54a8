package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.Message;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class AccumulatorTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();
    private static final long LINGER = 1_000_000;

    private final Accumulator accumulator = new Accumulator(() -> 3, 100, LINGER);

    @Test
    void is_full_by_count_at_the_limit_and_not_just_under() {
        add(1);
        add(1);
        assertThat(accumulator.isFull()).isFalse();
        long arrived = add(1).arrivedNanos();
        assertThat(accumulator.isFull()).isTrue();
        assertThat(accumulator.reason(arrived)).isEqualTo(Batch.Closed.COUNT);
    }

    @Test
    void is_full_by_bytes_at_the_limit_and_not_just_under() {
        add(99);
        assertThat(accumulator.isFull()).isFalse();
        long arrived = add(1).arrivedNanos();
        assertThat(accumulator.isFull()).isTrue();
        assertThat(accumulator.reason(arrived)).isEqualTo(Batch.Closed.BYTES);
    }

    @Test
    void headers_count_as_bytes() {
        DefaultExchange exchange = new DefaultExchange(CONTEXT);
        exchange.getMessage().setHeader("large", new byte[99]);
        accumulator.add(new Message(exchange, "p", "k", null, new byte[1], null));
        assertThat(accumulator.isFull()).isTrue();
    }

    @Test
    void lingers_from_the_oldest_message() {
        assertThat(accumulator.remainingLinger(0)).isEqualTo(Long.MAX_VALUE);
        Message oldest = add(1);
        add(1);
        assertThat(accumulator.remainingLinger(oldest.arrivedNanos() + LINGER - 1))
                .isEqualTo(1);
        assertThat(accumulator.reason(oldest.arrivedNanos() + LINGER - 1)).isEqualTo(Batch.Closed.FLUSH);
        assertThat(accumulator.remainingLinger(oldest.arrivedNanos() + LINGER)).isZero();
        assertThat(accumulator.reason(oldest.arrivedNanos() + LINGER)).isEqualTo(Batch.Closed.AGE);
    }

    @Test
    void takes_the_oldest_within_both_limits_and_keeps_the_rest() {
        Message first = add(60);
        Message second = add(40);
        Message third = add(1);
        assertThat(accumulator.take()).containsExactly(first, second);
        assertThat(accumulator.size()).isEqualTo(1);
        assertThat(accumulator.isFull()).isFalse();
        assertThat(accumulator.take()).containsExactly(third);
    }

    @Test
    void a_message_beyond_the_bytes_is_a_batch_of_its_own() {
        Message small = add(1);
        Message huge = add(1000);
        Message last = add(1);
        assertThat(accumulator.take()).containsExactly(small);
        assertThat(accumulator.take()).containsExactly(huge);
        assertThat(accumulator.take()).containsExactly(last);
    }

    @Test
    void takes_no_more_than_the_count() {
        List<Message> added = List.of(add(1), add(1), add(1), add(1));
        assertThat(accumulator.take()).isEqualTo(added.subList(0, 3));
        assertThat(accumulator.take()).isEqualTo(added.subList(3, 4));
        assertThat(accumulator.take()).isEmpty();
    }

    private Message add(int bytes) {
        Message message = new Message(new DefaultExchange(CONTEXT), "p", "k", null, new byte[bytes], null);
        accumulator.add(message);
        return message;
    }
}
