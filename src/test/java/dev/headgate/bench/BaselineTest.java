package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.bench.Second.Phase;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BaselineTest {
    private final Baseline fast = new Baseline(40, 2000);
    private final Baseline slow = new Baseline(500, 2000);

    @Test
    void is_the_median_of_the_seconds_before() {
        assertThat(Baseline.of(List.of(second(300L, 9000), second(200L, 1000), second(100L, 2000))))
                .isEqualTo(new Baseline(200, 2000));
    }

    @Test
    void a_fast_baseline_allows_freshness_100_ms_more() {
        assertThat(fast.holds(second(140L, 0))).isTrue();
        assertThat(fast.holds(second(141L, 0))).isFalse();
    }

    @Test
    void a_slow_baseline_allows_freshness_twice_as_much() {
        assertThat(slow.holds(second(1000L, 0))).isTrue();
        assertThat(slow.holds(second(1001L, 0))).isFalse();
    }

    @Test
    void lag_may_be_half_as_much_again_and_1000() {
        assertThat(fast.holds(second(40L, 4000))).isTrue();
        assertThat(fast.holds(second(40L, 4001))).isFalse();
    }

    @Test
    void a_second_in_which_nothing_arrives_is_not_as_usual() {
        assertThat(fast.holds(second(null, 0))).isFalse();
    }

    @Test
    void the_return_is_the_first_of_three_usual_seconds_in_a_row() {
        assertThat(fast.returnedAfter(freshness(900, 40, 40, 900, 40, 40, 40))).hasValue(4);
        assertThat(fast.returnedAfter(freshness(40, 40, 40))).hasValue(0);
        assertThat(fast.returnedAfter(freshness(900, 40, 40))).isEmpty();
    }

    private static List<Second> freshness(long... millis) {
        return LongStream.of(millis).mapToObj(p99 -> second(p99, 0)).toList();
    }

    private static Second second(Long freshnessP99Millis, long lag) {
        return new Second(1, Phase.RECOVERY, 0, 0, lag, 0, null, null, freshnessP99Millis, 0);
    }
}
