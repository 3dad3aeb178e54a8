package dev.headgate.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBatcherTest {

    @Test
    void a_round_has_the_first_of_each_key_and_all_that_have_none() {
        List<String> waiting = new ArrayList<>(List.of("a1", "-1", "a2", "b1", "-2", "b2", "a3"));

        assertThat(RequestBatcher.firstOfEachKey(waiting, RequestBatcherTest::key))
                .containsExactly("a1", "-1", "b1", "-2");
        assertThat(RequestBatcher.firstOfEachKey(waiting, RequestBatcherTest::key))
                .containsExactly("a2", "b2");
        assertThat(waiting).containsExactly("a3");
    }

    @Test
    void ten_travel_together_and_an_eleventh_does_not() {
        assertThat(RequestBatcher.batches(Collections.nCopies(10, "x"), x -> 1)).hasSize(1);
        assertThat(RequestBatcher.batches(Collections.nCopies(11, "x"), x -> 1))
                .extracting(List::size)
                .containsExactly(10, 1);
        assertThat(RequestBatcher.batches(List.<String>of(), x -> 1)).isEmpty();
    }

    @Test
    void a_batch_holds_256_kibibytes_and_not_one_more_unless_it_is_one_message() {
        int half = 128 * 1024;
        assertThat(RequestBatcher.batches(List.of(half, half), x -> x)).hasSize(1);
        assertThat(RequestBatcher.batches(List.of(half, half + 1), x -> x)).hasSize(2);
        assertThat(RequestBatcher.batches(List.of(1, 4 * half, 1), x -> x)).hasSize(3);
    }

    private static String key(String message) {
        return message.startsWith("-") ? null : message.substring(0, 1);
    }
}
