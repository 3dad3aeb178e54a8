package dev.headgate.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class FailureLogTest {

    private final List<String> levels = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private final FailureLog failures = new FailureLog(recorder(), "subject", () -> now);

    private Logger recorder() {
        return (Logger) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("debug")) {
                        levels.add(method.getName());
                    }
                    return null;
                });
    }

    private void failAfter(Duration pause) {
        now = now.plus(pause);
        failures.failed(new IllegalStateException("x"), "detail");
    }

    @Test
    void streak_is_logged_at_its_start_and_once_a_minute() {
        failAfter(Duration.ZERO);
        failAfter(Duration.ofMillis(59_999));
        assertThat(levels).containsExactly("warn");
        failAfter(Duration.ofMillis(1));
        assertThat(levels).containsExactly("warn", "warn");
        assertThat(failures.streak()).isEqualTo(3);
    }

    @Test
    void end_of_a_streak_is_logged_once_and_a_minute_later_the_next_streak_starts_anew() {
        failures.over();
        failAfter(Duration.ZERO);
        failures.over();
        failures.over();
        failAfter(Duration.ofMinutes(1));
        assertThat(levels).containsExactly("warn", "info", "warn");
        assertThat(failures.streak()).isEqualTo(1);
    }

    @Test
    void what_fails_now_and_then_is_one_line_a_minute_and_works_again_after_a_minute_without_a_failure() {
        for (int i = 0; i < 120; i++) {
            failAfter(Duration.ofSeconds(1));
            failures.over();
        }
        assertThat(levels).containsExactly("warn", "info", "warn");
        now = now.plusSeconds(59);
        failures.over();
        assertThat(levels).hasSize(3);
        now = now.plusSeconds(1);
        failures.over();
        assertThat(levels).containsExactly("warn", "info", "warn", "info");
    }
}
