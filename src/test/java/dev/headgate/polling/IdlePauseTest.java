package dev.headgate.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IdlePauseTest {

    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);
    private static final int LOOKS_OF_A_MINUTE = 120;

    @Test
    void after_a_minute_of_nothing_it_is_longer() {
        IdlePause idle = new IdlePause(HALF_A_SECOND);

        aMinuteOfNothing(idle);

        assertThat(idle.after(false)).isEqualTo(Duration.ofSeconds(2));
        assertThat(idle.after(false)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void what_is_found_ends_it() {
        IdlePause idle = new IdlePause(HALF_A_SECOND);
        aMinuteOfNothing(idle);
        idle.after(false);

        assertThat(idle.after(true)).isEqualTo(HALF_A_SECOND);

        aMinuteOfNothing(idle);
        assertThat(idle.after(false)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void it_is_four_times_as_long_but_not_above_two_seconds_unless_it_was() {
        assertThat(longerThan(Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(80));
        assertThat(longerThan(Duration.ofMillis(499))).isEqualTo(Duration.ofMillis(1996));
        assertThat(longerThan(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(2));
        assertThat(longerThan(Duration.ofHours(1))).isEqualTo(Duration.ofHours(1));
    }

    private static void aMinuteOfNothing(IdlePause idle) {
        IntStream.range(0, LOOKS_OF_A_MINUTE)
                .forEach(look -> assertThat(idle.after(false)).isEqualTo(HALF_A_SECOND));
    }

    private static Duration longerThan(Duration pause) {
        IdlePause idle = new IdlePause(pause);
        for (Duration quiet = Duration.ZERO; quiet.compareTo(Duration.ofMinutes(1)) < 0; quiet = quiet.plus(pause)) {
            idle.after(false);
        }
        return idle.after(false);
    }
}
