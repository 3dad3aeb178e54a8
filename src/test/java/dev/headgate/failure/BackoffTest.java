package dev.headgate.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    private static final Duration BASE = Duration.ofMillis(100);
    private static final Duration CAP = Duration.ofSeconds(10);

    private final Backoff backoff = new Backoff(BASE, 2, CAP, new Random(1));

    @ParameterizedTest
    @CsvSource({"1, 100", "2, 200", "3, 400", "7, 6400", "8, 10000", "64, 10000", "1000000, 10000"})
    void delays_are_spread_over_all_up_to_a_limit_that_grows_to_the_cap(int attempts, long limit) {
        long[] delays = IntStream.range(0, 2_000)
                .mapToLong(i -> backoff.after(attempts).toMillis())
                .sorted()
                .toArray();

        assertThat(delays[0]).isBetween(1L, limit / 20);
        assertThat(delays[1_000]).isBetween(limit * 4 / 10, limit * 6 / 10);
        assertThat(delays[1_999]).isBetween(limit * 19 / 20, limit);
    }
}
