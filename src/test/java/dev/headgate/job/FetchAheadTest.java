package dev.headgate.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FetchAheadTest {

    private static int after(Duration took, int size) {
        FetchAhead ahead = new FetchAhead(4);
        for (int i = 0; i < 500; i++) {
            ahead.ended(took, size);
        }
        return ahead.jobs();
    }

    @Test
    void nothing_is_claimed_ahead_of_handlers_that_take_their_time_or_have_not_shown_any() {
        assertThat(new FetchAhead(4).jobs()).isZero();
        assertThat(after(FetchAhead.HORIZON, 100)).isZero();
        assertThat(after(FetchAhead.HORIZON.minusMillis(1), 100)).isPositive();
    }

    @Test
    void as_much_is_claimed_ahead_as_is_begun_within_the_horizon() {
        assertThat(after(Duration.ofMillis(5), 100)).isBetween(39, 41);
        assertThat(after(Duration.ofNanos(100), 100)).isEqualTo(FetchAhead.MOST);
    }

    @Test
    void large_jobs_are_not_piled_up_in_memory() {
        assertThat(after(Duration.ofNanos(100), 1 << 20)).isBetween(7, 9);
    }
}
