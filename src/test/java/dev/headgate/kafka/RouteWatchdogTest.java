package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouteWatchdogTest {

    private final RouteWatchdog routing = new RouteWatchdog();

    @AfterEach
    void leaveNoInterrupt() {
        Thread.interrupted();
    }

    @Test
    void only_a_thread_that_is_away_for_long_is_broken_off() {
        assertThat(routing.breakOff(Duration.ZERO)).isFalse();
        routing.begin();
        assertThat(routing.breakOff(Duration.ofHours(1))).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(routing.breakOff(Duration.ZERO)).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void back_from_a_broken_off_step_the_thread_is_not_interrupted() {
        routing.begin();
        routing.breakOff(Duration.ZERO);
        routing.end();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(routing.breakOff(Duration.ZERO)).isFalse();
    }

    @Test
    void the_interrupt_of_somebody_else_stays() {
        routing.begin();
        Thread.currentThread().interrupt();
        routing.end();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }
}
