package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.failure.Failure;
import dev.headgate.message.Message;
import java.util.List;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class KeyOrderTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();
    private static final Failure REFUSAL = new Failure.Rejected("SQLSTATE 23514", "no");

    private final KeyOrder order = new KeyOrder(false);
    private final Message first = message("a", "s");
    private final Message second = message("a", "s");
    private final Message other = message("b", "s");
    private final Message keyless = message(null, "s");

    @Test
    void later_messages_of_a_refused_ones_key_wait_and_no_others() {
        Trial trial = refuse(second, false);
        Message third = message("a", "s");

        assertThat(waits(third)).isTrue();
        assertThat(List.of(first, second, other, keyless)).noneMatch(this::waits);
        assertThat(order.waits(third, Set.of(trial), each -> true)).isFalse();
        assertThat(order.waits(third, Set.of(), each -> false)).isFalse();

        order.remove(second, trial);
        assertThat(waits(third)).isFalse();
    }

    @Test
    void nothing_waits_behind_one_whose_verdict_is_known() {
        refuse(first, true);
        assertThat(waits(second)).isFalse();
        assertThat(order.overtakenBy(List.of(second))).isEmpty();
    }

    @Test
    void what_is_written_overtakes_what_is_refused_before_it_in_its_key() {
        Trial before = refuse(first, false);
        Message written = message("a", "s");
        Trial behind = refuse(message("a", "s"), false);
        Trial elsewhere = refuse(other, false);

        assertThat(order.overtakenBy(List.of(written))).containsExactly(before);
        order.written(written);
        assertThat(before.isOvertaken()).isTrue();
        assertThat(List.of(behind, elsewhere)).noneMatch(Trial::isOvertaken);
        assertThat(waits(written)).isFalse();
    }

    @Test
    void with_hold_key_the_key_of_the_source_waits_for_whatever_is_refused() {
        KeyOrder holding = new KeyOrder(true);
        Trial trial = new Trial(first, REFUSAL, true, 0, System::nanoTime);
        holding.add(first, trial);

        assertThat(holding.waits(other, Set.of(), each -> false)).isTrue();
        assertThat(holding.waits(message("a", "t"), Set.of(), each -> true)).isFalse();
        assertThat(holding.without(List.of(first, second, other, keyless, message("b", "t")), 0))
                .hasSize(1);
        holding.clear();
        assertThat(holding.waits(other, Set.of(), each -> true)).isFalse();
    }

    @Test
    void without_one_message_later_ones_of_its_key_are_left_out() {
        Message keylessToo = message(null, "s");
        List<Message> all = List.of(keyless, first, other, second, keylessToo);
        assertThat(order.without(all, 1)).containsExactly(keyless, other, keylessToo);
        assertThat(order.without(all, 3)).containsExactly(keyless, first, other, keylessToo);
        assertThat(order.without(all, 0)).containsExactly(first, other, second, keylessToo);
    }

    private Trial refuse(Message message, boolean certain) {
        Trial trial = new Trial(message, REFUSAL, certain, 0, System::nanoTime);
        order.add(message, trial);
        return trial;
    }

    private boolean waits(Message message) {
        return order.waits(message, Set.of(), trial -> true);
    }

    private static Message message(String key, String sourceKey) {
        DefaultExchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(Message.ORDERING_KEY, sourceKey);
        return new Message(exchange, "p", "id", key, new byte[0], null);
    }
}
