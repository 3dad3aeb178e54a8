package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriteLimitTest {

    private static final Duration TARGET = Duration.ofMillis(500);

    private final WriteLimit limit = new WriteLimit(2000, 4, TARGET);

    @Test
    void starts_with_all() {
        assertThat(limit.size()).isEqualTo(2000);
        assertThat(limit.lanes()).isEqualTo(4);
    }

    @Test
    void an_outage_halves_down_to_one_lane_and_a_twentieth_of_a_batch() {
        limit.failed();
        assertThat(limit.size()).isEqualTo(1000);
        assertThat(limit.lanes()).isEqualTo(2);
        for (int i = 0; i < 10; i++) {
            limit.failed();
        }
        assertThat(limit.size()).isEqualTo(100);
        assertThat(limit.lanes()).isEqualTo(1);
    }

    @Test
    void a_write_in_time_grows_it_by_a_twentieth_and_a_slow_one_halves_it() {
        limit.failed();
        limit.written(TARGET);
        assertThat(limit.size()).as("just in time").isEqualTo(1100);
        limit.written(TARGET.plusNanos(1));
        assertThat(limit.size()).as("just too late").isEqualTo(500);
    }

    @Test
    void grows_back_to_all_and_no_further() {
        for (int i = 0; i < 10; i++) {
            limit.failed();
        }
        for (int i = 0; i < 18; i++) {
            limit.written(Duration.ZERO);
        }
        assertThat(limit.size()).isEqualTo(1900);
        limit.written(Duration.ZERO);
        assertThat(limit.size()).isEqualTo(2000);
        limit.written(Duration.ZERO);
        assertThat(limit.size()).isEqualTo(2000);
        assertThat(limit.lanes()).isEqualTo(4);
    }

    @Test
    void never_less_than_one() {
        WriteLimit small = new WriteLimit(1, 1, TARGET);
        small.failed();
        small.failed();
        small.failed();
        small.failed();
        small.failed();
        assertThat(small.size()).isEqualTo(1);
        assertThat(small.lanes()).isEqualTo(1);
    }
}
