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
                                new ReplayPlan.Letter(1, 8 * mebibytes),
                                new ReplayPlan.Letter(2, 1),
                                new ReplayPlan.Letter(3, 1),
                                new ReplayPlan.Letter(4, 1),
                                new ReplayPlan.Letter(5, 20 * mebibytes)),
                        2))
                .containsExactly(List.of(1L), List.of(2L, 3L), List.of(4L), List.of(5L));
    }
}
