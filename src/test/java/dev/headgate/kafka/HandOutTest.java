package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class HandOutTest {

    private int allowed = 100;
    private final HandOut<String> records = new HandOut<>(() -> allowed > 0);

    @Test
    void iterating_takes_the_elements_out_in_order() {
        records.append(List.of("a", "b", "c"));
        assertThat(take(records)).containsExactly("a", "b", "c");
        assertThat(records).isEmpty();
        assertThat(take(records)).isEmpty();
    }

    @Test
    void what_is_left_when_the_condition_ends_comes_next_time() {
        records.append(List.of("a", "b", "c"));
        allowed = 2;
        assertThat(take(records)).containsExactly("a", "b");
        assertThat(records.size()).isEqualTo(1);
        assertThat(take(records)).isEmpty();
        allowed = 1;
        assertThat(take(records)).containsExactly("c");
    }

    @Test
    void what_is_appended_comes_after_what_is_left() {
        records.append(List.of("a", "b"));
        allowed = 1;
        assertThat(take(records)).containsExactly("a");
        records.append(List.of("c"));
        records.append(List.of("d"));
        allowed = 100;
        assertThat(take(records)).containsExactly("b", "c", "d");
    }

    @Test
    void looking_takes_nothing_out() {
        records.append(List.of("a", "b"));
        allowed = 1;
        take(records);
        assertThat(records.get(0)).isEqualTo("b");
        assertThat(records.get(0)).isEqualTo("b");
    }

    @Test
    void there_is_nothing_beyond_the_end() {
        assertThatThrownBy(() -> records.iterator().next()).isInstanceOf(NoSuchElementException.class);
    }

    /** As Camel iterates over what a poll returned. */
    private List<String> take(HandOut<String> from) {
        List<String> taken = new ArrayList<>();
        for (Iterator<String> iterator = from.iterator(); iterator.hasNext(); ) {
            taken.add(iterator.next());
            allowed--;
        }
        return taken;
    }
}
