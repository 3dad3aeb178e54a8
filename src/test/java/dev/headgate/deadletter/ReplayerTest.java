package dev.headgate.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayerTest {

    @Test
    void few_are_sent_at_once_by_count_and_by_bytes() {
        long mebibytes = 1024 * 1024;
        assertThat(Replayer.chunks(
                        List.of(
                                letter(1, 8 * mebibytes),
                                letter(2, 1),
                                letter(3, 1),
                                letter(4, 1),
                                letter(5, 20 * mebibytes)),
                        2))
                .containsExactly(List.of(1L), List.of(2L, 3L), List.of(4L), List.of(5L));
    }

    private static ReplayPlan.Letter letter(long id, long bytes) {
        return new ReplayPlan.Letter(id, "orders", "bad", null, bytes, false);
    }
}
