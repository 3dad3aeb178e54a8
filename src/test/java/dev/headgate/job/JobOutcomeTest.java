package dev.headgate.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.failure.Backoff;
import dev.headgate.failure.RejectedException;
import dev.headgate.failure.RetryException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JobOutcomeTest {

    private final Backoff backoff = new Backoff(Duration.ofSeconds(15), 2, Duration.ofHours(1), new Random(1));

    @Test
    void the_last_attempt_that_fails_discards_and_the_one_before_it_does_not() {
        RetryException failure = new RetryException("down", "the shop is down", null);

        assertThat(JobOutcome.of(failure, 2, 3, backoff))
                .extracting(JobOutcome::state, JobOutcome::reason, JobOutcome::error)
                .containsExactly(JobState.RETRYABLE, "down", "RetryException: the shop is down");
        assertThat(JobOutcome.of(failure, 3, 3, backoff).state()).isEqualTo(JobState.DISCARDED);
    }

    @Test
    void the_delay_grows_with_each_attempt_up_to_its_cap_and_never_beyond() {
        for (int attempt = 1; attempt < 19; attempt++) {
            Duration limit = Duration.ofSeconds(15L << Math.min(attempt - 1, 20));
            Duration cap = limit.compareTo(Duration.ofHours(1)) < 0 ? limit : Duration.ofHours(1);
            Duration longest = Duration.ZERO;
            for (int i = 0; i < 200; i++) {
                Duration delay = JobOutcome.of(new IllegalStateException(), attempt, 20, backoff)
                        .delay();
                longest = delay.compareTo(longest) > 0 ? delay : longest;
                assertThat(delay).isPositive().isLessThanOrEqualTo(cap);
            }
            assertThat(longest).isGreaterThan(cap.multipliedBy(9).dividedBy(10));
        }
    }

    @Test
    void what_a_handler_says_counts_wherever_it_is_in_the_chain_of_causes() {
        JobOutcome snoozed = JobOutcome.of(new IllegalStateException(new SnoozeException("10m")), 5, 5, backoff);
        assertThat(snoozed.state()).isEqualTo(JobState.SCHEDULED);
        assertThat(snoozed.counts()).isFalse();
        assertThat(snoozed.delay()).isEqualTo(Duration.ofMinutes(10));
        assertThat(JobOutcome.of(new CancelException("gone"), 1, 5, backoff).state())
                .isEqualTo(JobState.CANCELLED);
        assertThat(JobOutcome.of(new RejectedException("bad", "x"), 1, 5, backoff)
                        .state())
                .isEqualTo(JobState.DISCARDED);
    }
}
