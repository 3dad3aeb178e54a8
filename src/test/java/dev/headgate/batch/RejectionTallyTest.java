package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.message.Rejection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectionTallyTest {

    @ParameterizedTest
    @CsvSource({
        // The share: just half of a batch is isolated, more is held.
        "1000, 0.5, 500, false",
        "1000, 0.5, 501, true",
        // The count: 20 are isolated, however small the batch.
        "20, 0.5, 20, false",
        "21, 0.5, 20, false",
        "21, 0.5, 21, true",
        // Switched off, and as strict as it can be.
        "1000, 1, 1000, false",
        "1000, 0, 20, false",
        "1000, 0, 21, true",
    })
    void most_of_a_batch_for_one_reason_is_too_many(int size, double maxShare, int rejected, boolean tooMany) {
        RejectionTally tally = new RejectionTally(size, maxShare);
        add(tally, "SQLSTATE 23502", rejected);
        assertThat(tally.isTooMany()).isEqualTo(tooMany);
    }

    @ParameterizedTest
    @CsvSource({"958, 21, false", "959, 21, true", "980, 20, false"})
    void what_waits_behind_others_does_not_count(int untried, int rejected, boolean tooMany) {
        RejectionTally tally = new RejectionTally(1000, 0.5);
        add(tally, "SQLSTATE 23502", rejected);
        assertThat(tally.isTooMany()).isFalse();
        tally.leaveOut(untried);
        assertThat(tally.isTooMany()).isEqualTo(tooMany);
    }

    @ParameterizedTest
    @CsvSource({"400, 400, false", "501, 0, true"})
    void reasons_are_counted_apart(int first, int second, boolean tooMany) {
        RejectionTally tally = new RejectionTally(1000, 0.5);
        add(tally, "SQLSTATE 23502", first);
        add(tally, "SQLSTATE 22003", second);
        assertThat(tally.isTooMany()).isEqualTo(tooMany);
        assertThat(tally.why()).contains(first + " of 1000").contains("SQLSTATE 23502");
    }

    private static void add(RejectionTally tally, String reason, int count) {
        for (int i = 0; i < count; i++) {
            tally.add(new Rejection("orders", reason, "error " + i, 1));
        }
    }
}
