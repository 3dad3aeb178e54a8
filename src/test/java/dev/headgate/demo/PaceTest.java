package dev.headgate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final int TICKS_PER_SECOND = 500;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long TICK = SECOND / TICKS_PER_SECOND;

    private final Pace pace = new Pace(1100);

    @BeforeEach
    void the_first_call_starts_the_clock() {
        assertThat(pace.due(0)).isZero();
    }

    @Test
    void fractions_of_a_message_are_not_lost() {
        assertThat(inSecond(0)).isBetween(1099, 1100);
    }

    @Test
    void a_new_rate_holds_from_then_on() {
        inSecond(0);

        pace.perSecond(2200);

        assertThat(inSecond(1)).isBetween(2199, 2201);
    }

    @Test
    void of_a_pause_one_second_is_made_up_for() {
        assertThat(pace.due(SECOND)).isEqualTo(1100);
        assertThat(pace.due(3 * SECOND)).isEqualTo(1100);
        assertThat(pace.due(3 * SECOND + TICK)).isEqualTo(2);
    }

    private int inSecond(int second) {
        return IntStream.rangeClosed(1, TICKS_PER_SECOND)
                .map(tick -> pace.due(second * SECOND + tick * TICK))
                .sum();
    }
}
