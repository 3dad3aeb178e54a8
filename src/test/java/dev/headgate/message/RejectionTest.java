package dev.headgate.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.headgate.failure.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectionTest {

    @Test
    void it_says_what_the_failure_says() {
        assertThat(Rejection.of("orders", new Failure.Rejected("too old", "version 3 after version 7"), 2))
                .isEqualTo(new Rejection("orders", "too old", "version 3 after version 7", 2));
    }

    @ParameterizedTest
    @CsvSource({"200, 200", "201, 200"})
    void a_reason_is_short(int length, int kept) {
        assertThat(new Rejection("orders", "r".repeat(length), "", 1).reason()).hasSize(kept);
    }

    @ParameterizedTest
    @CsvSource({"2000, 2000", "2001, 2000"})
    void an_error_is_bounded(int length, int kept) {
        assertThat(new Rejection("orders", "r", "e".repeat(length), 1).error()).hasSize(kept);
    }

    @Test
    void stage_and_reason_are_never_blank_and_there_was_an_attempt() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Rejection(" ", "reason", "", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rejection("stage", "", "", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rejection("stage", "reason", "", 0));
    }
}
