package dev.headgate.manage.meters;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

    private final Arrivals arrivals = new Arrivals(Duration.ofSeconds(60));

    @Test
    void what_had_come_a_minute_ago_and_still_waits_is_late() {
        assertThat(late(0, 10, 0)).isZero();
        assertThat(late(30, 15, 0)).isZero();
        assertThat(late(59, 20, 0)).isZero();
        assertThat(late(60, 20, 0)).isEqualTo(10);
        assertThat(late(65, 20, 4)).isEqualTo(6);
        assertThat(late(90, 20, 4)).isEqualTo(11);
        assertThat(late(91, 20, 20)).isZero();
    }

    @Test
    void what_is_taken_as_fast_as_it_comes_is_not_late() {
        for (int second = 0; second < 600; second += 5) {
            assertThat(late(second, 1_000L * second + 500, 1_000L * second)).isZero();
        }
    }

    @Test
    void what_was_taken_elsewhere_or_is_gone_does_not_wait() {
        assertThat(late(0, 100, 0)).isZero();
        assertThat(late(60, 40, 0)).isEqualTo(40);
    }

    @Test
    void a_question_that_was_not_asked_for_long_is_answered_by_the_one_before() {
        assertThat(late(0, 10, 0)).isZero();
        assertThat(late(900, 50, 5)).isEqualTo(5);
    }

    private long late(int second, long come, long taken) {
        return arrivals.late(Duration.ofSeconds(second).toNanos(), come, taken);
    }
}
