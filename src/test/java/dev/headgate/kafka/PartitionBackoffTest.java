package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionBackoffTest {

    private static final long NOW = Long.MAX_VALUE - 1;

    private final PartitionBackoff<String> rests = new PartitionBackoff<>();

    @Test
    void the_rest_grows_while_the_same_offset_fails_and_stays_within_its_limits() {
        for (int times = 1; times <= 100; times++) {
            double mean = 100 * Math.pow(2, Math.min(times, 30) - 1);
            long rest = rests.failed("p", 5, NOW).toMillis();
            assertThat(rest)
                    .isBetween((long) Math.min(mean / 2, 10_000), (long) Math.min(mean * 1.5, 10_000))
                    .isLessThanOrEqualTo(PartitionBackoff.LONGEST.toMillis());
        }
    }

    @Test
    void another_offset_starts_again_with_a_short_rest() {
        for (int times = 1; times <= 10; times++) {
            rests.failed("p", 5, NOW);
        }
        assertThat(rests.failed("p", 5, NOW)).isGreaterThan(Duration.ofSeconds(4));
        assertThat(rests.failed("p", 6, NOW)).isLessThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void partitions_rest_for_themselves_until_their_time_is_over() {
        long rest = rests.failed("p", 5, NOW).toNanos();
        assertThat(rests.resting(NOW)).containsExactly("p");
        assertThat(rests.resting(NOW + rest - 1)).containsExactly("p");
        assertThat(rests.resting(NOW + rest)).isEmpty();
    }

    @Test
    void a_partition_that_was_given_up_does_not_rest() {
        rests.failed("p", 5, NOW);
        rests.failed("q", 5, NOW);
        rests.forget(List.of("p"));
        assertThat(rests.resting(NOW)).containsExactly("q");
    }
}
