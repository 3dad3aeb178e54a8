package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.Message;
import dev.headgate.message.SourcePosition;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalWindowTest {

    private static final String WHY = "SQLSTATE 23502";
    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    private int offset;

    @ParameterizedTest
    @CsvSource({
        // The share: just half is isolated, more is held.
        "0.5, 100, 100, false",
        "0.5, 101, 100, true",
        // The count: 20 are isolated, whatever their share.
        "0.5, 20, 0, false",
        "0.5, 21, 0, true",
        // Switched off, and as strict as it can be.
        "1, 100, 0, false",
        "0, 20, 100, false",
        "0, 21, 100, true",
    })
    void most_for_one_reason_are_too_many(double maxShare, int refused, int passed, boolean tooMany) {
        RefusalWindow window = new RefusalWindow(() -> maxShare);
        refuse(window, WHY, refused, i -> "bad" + i, 0);
        pass(window, passed, i -> "good" + i, 0);
        assertThat(window.isTooMany(WHY)).isEqualTo(tooMany);
    }

    @ParameterizedTest
    @CsvSource({"1", "30", "600"})
    void the_same_share_gives_the_same_answer_whatever_the_size_of_batches(int batch) {
        RefusalWindow window = new RefusalWindow(() -> 0.5);
        for (int round = 0; round < 4_000 / batch; round++) {
            int number = round;
            refuse(window, WHY, 2 * batch, i -> "bad" + number + "-" + i, 0);
            pass(window, batch, i -> "good" + number + "-" + i, 0);
        }
        assertThat(window.isTooMany(WHY)).isTrue();
    }

    @Test
    void one_key_does_not_hold_the_others() {
        RefusalWindow window = new RefusalWindow(() -> 0.5);
        refuse(window, WHY, 100, i -> "bad", 0);
        assertThat(window.isTooMany(WHY)).as("nothing else has passed").isTrue();
        pass(window, 2, i -> "good" + i, 0);
        assertThat(window.isTooMany(WHY)).isFalse();
    }

    @Test
    void one_partition_does_not_hold_the_others() {
        RefusalWindow window = new RefusalWindow(() -> 0.5);
        refuse(window, WHY, 100, i -> "bad" + i, 3);
        pass(window, 1, i -> "good", 0);
        assertThat(window.isTooMany(WHY)).as("of two partitions half").isFalse();
    }

    @Test
    void what_passed_before_the_first_was_refused_is_no_excuse() {
        RefusalWindow window = new RefusalWindow(() -> 0.5);
        pass(window, 1_000, i -> "good" + i, 0);
        refuse(window, WHY, 21, i -> "bad" + i, 0);
        assertThat(window.isTooMany(WHY)).isTrue();
    }

    @Test
    void reasons_are_counted_apart_and_told_with_their_numbers() {
        RefusalWindow window = new RefusalWindow(() -> 0.5);
        refuse(window, WHY, 15, i -> "bad" + i, 0);
        refuse(window, "SQLSTATE 22003", 15, i -> "worse" + i, 0);
        assertThat(window.isTooMany(WHY)).isFalse();
        pass(window, 3, i -> "good" + i, 0);
        assertThat(window.why(WHY)).contains("15 of 18 messages").contains(WHY).contains("maxRejected");
    }

    @Test
    void what_recovers_counts_as_passed() {
        RefusalWindow window = new RefusalWindow(() -> 0.5);
        refuse(window, WHY, 30, i -> "bad" + i, 0);
        for (int i = 0; i < 20; i++) {
            int number = i;
            pass(window, 1, k -> "bad" + number, 0);
            window.recovered(WHY);
        }
        assertThat(window.isTooMany(WHY)).isFalse();
        assertThat(window.passed()).isEqualTo(20);
    }

    @Test
    void a_few_are_isolated_though_nothing_passes_but_not_more_than_twenty_in_a_row() {
        RefusalWindow window = new RefusalWindow(() -> 0.5);
        refuse(window, WHY, 20, i -> "bad" + i, 0);
        assertThat(window.isIsolated(WHY, Duration.ZERO)).isTrue();
        assertThat(window.isIsolated(WHY, Duration.ofMinutes(1)))
                .as("more may come")
                .isFalse();
        refuse(window, WHY, 1, i -> "last", 0);
        assertThat(window.isIsolated(WHY, Duration.ZERO)).isFalse();
        pass(window, 1, i -> "good", 0);
        assertThat(window.isIsolated(WHY, Duration.ZERO)).isTrue();
    }

    private void refuse(RefusalWindow window, String why, int count, IntFunction<String> key, int partition) {
        for (int i = 0; i < count; i++) {
            window.refused(message(key.apply(i), partition), why);
        }
    }

    private void pass(RefusalWindow window, int count, IntFunction<String> key, int partition) {
        for (int i = 0; i < count; i++) {
            window.passed(List.of(message(key.apply(i), partition)), 1);
        }
    }

    private Message message(String key, int partition) {
        DefaultExchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(SourcePosition.PROPERTY, new SourcePosition.Kafka("t", partition, offset++));
        return new Message(exchange, "p", null, key, new byte[0], null);
    }
}
