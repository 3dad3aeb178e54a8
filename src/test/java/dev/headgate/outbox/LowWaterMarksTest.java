package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LowWaterMarksTest {

    private final LowWaterMarks marks = new LowWaterMarks(1, () -> 0);

    @Test
    void a_mark_waits_for_who_wrote_when_its_id_was_seen() {
        marks.seen(10);
        look("3/45");
        look("3/45", "4/7");
        assertThat(marks.marks()).containsExactly(1L);
        look("4/7");
        assertThat(marks.marks()).containsExactly(11L);
    }

    @Test
    void and_for_all_that_are_prepared_by_then_for_it_may_be_one_of_them() {
        marks.seen(10);
        look("3/45");
        look(LowWaterMarks.PREPARED);
        assertThat(marks.marks()).containsExactly(1L);
        look();
        assertThat(marks.marks()).containsExactly(11L);
    }

    private void look(String... writing) {
        marks.writing(Set.of(writing));
        marks.pending(Map.of());
    }
}
