package dev.headgate.manage.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class BudgetTest {

    private static final Offset<Double> EXACT = within(1e-9);

    private final Budget budget = new Budget();

    @Test
    void before_the_first_minute_nothing_is_known() {
        assertThat(budget.errors(Objective.FRESHNESS, ended(10, 5)).state(Objective.FRESHNESS))
                .isEqualTo(ObjectiveState.NO_DATA);
    }

    @Test
    void a_young_process_counts_from_its_start_in_all_windows() {
        budget.add(ended(0, 0));
        budget.add(ended(100, 0));

        Errors errors = budget.errors(Objective.FRESHNESS, ended(200, 50));

        assertThat(errors.ratio(Window.M5))
                .hasValueSatisfying(ratio -> assertThat(ratio).isEqualTo(0.25, EXACT));
        assertThat(errors.ratio(Window.D3))
                .hasValueSatisfying(ratio -> assertThat(ratio).isEqualTo(0.25, EXACT));
    }

    @Test
    void errors_leave_a_window_when_it_has_passed() {
        budget.add(ended(0, 0));
        for (int minute = 1; minute <= 5; minute++) {
            budget.add(ended(100L * minute, 100));
        }
        // The sample of five minutes ago is the first one in which the late ones are.
        Errors after = budget.errors(Objective.FRESHNESS, ended(600, 100));

        assertThat(after.ratio(Window.M5)).contains(0.0);
        assertThat(after.ratio(Window.M30))
                .hasValueSatisfying(ratio -> assertThat(ratio).isEqualTo(1 / 6.0, EXACT));
    }

    @Test
    void what_is_three_days_old_is_forgotten() {
        budget.add(ended(0, 0));
        for (int minute = 1; minute <= Window.D3.minutes(); minute++) {
            budget.add(ended(1_000 + minute, 1_000));
        }

        assertThat(budget.errors(Objective.FRESHNESS, ended(9_999, 1_000)).ratio(Window.D3))
                .contains(0.0);
    }

    @Test
    void what_waits_for_too_long_counts_until_it_ends_and_then_as_what_has_ended() {
        budget.add(ended(0, 0));
        Errors held = budget.errors(Objective.FRESHNESS, new Counts(99, 0, 1, 0, 0, 0, 0));
        Errors over = budget.errors(Objective.FRESHNESS, ended(100, 1));

        for (Window window : Window.values()) {
            assertThat(held.ratio(window))
                    .hasValueSatisfying(ratio -> assertThat(ratio).isEqualTo(0.01, EXACT));
            assertThat(over.ratio(window))
                    .hasValueSatisfying(ratio -> assertThat(ratio).isEqualTo(window == Window.NOW ? 0 : 0.01, EXACT));
        }
    }

    @Test
    void what_waits_counts_where_nothing_ends() {
        budget.add(ended(1_000_000, 0));

        Errors errors = budget.errors(Objective.FRESHNESS, new Counts(1_000_000, 0, 1, 0, 0, 0, 0));

        assertThat(errors.ratio(Window.NOW)).contains(1.0);
        assertThat(budget.errors(Objective.RELIABILITY, new Counts(1_000_000, 0, 1, 0, 0, 0, 0))
                        .ratio(Window.NOW))
                .isEmpty();
    }

    @Test
    void failures_are_a_share_of_what_was_taken() {
        budget.add(new Counts(0, 0, 0, 1_000, 2, 0, 0));

        assertThat(budget.errors(Objective.RELIABILITY, new Counts(0, 0, 0, 3_000, 4, 0, 0))
                        .ratio(Window.D1))
                .hasValueSatisfying(ratio -> assertThat(ratio).isEqualTo(0.001, EXACT));
        assertThat(budget.errors(Objective.RELIABILITY, new Counts(0, 0, 0, 1_000, 4, 0, 0))
                        .ratio(Window.D1))
                .isEmpty();
    }

    @Test
    void lag_may_be_above_its_baseline_for_less_than_ten_minutes() {
        // Nothing waits and 600 a minute are acknowledged: up to 100 and those of 10 s are normal.
        minutes(20, 0, 0);
        minutes(9, 201, 20);
        assertThat(exceeded()).isZero();

        minutes(1, 201, 29);
        assertThat(exceeded()).isEqualTo(1 / 5.0, EXACT);
        minutes(1, 200, 30);
        minutes(5, 201, 31);
        assertThat(exceeded()).isZero();
    }

    @Test
    void lag_that_is_normal_for_it_is_no_error() {
        minutes(20, 10_000, 0);
        minutes(10, 15_200, 20);
        assertThat(exceeded()).isZero();
        minutes(10, 15_201, 30);
        assertThat(exceeded()).isEqualTo(1 / 5.0, EXACT);
    }

    @Test
    void a_lag_that_nobody_knows_is_no_data() {
        budget.add(new Counts(0, 0, 0, 0, 0, 0, Double.NaN));

        assertThat(budget.errors(Objective.CAPACITY, ended(0, 0)).ratio(Window.M5))
                .isEmpty();
    }

    private void minutes(int count, double lag, int from) {
        for (int minute = from; minute < from + count; minute++) {
            budget.add(new Counts(0, 0, 0, 0, 0, 600.0 * minute, lag));
        }
    }

    private double exceeded() {
        return budget.errors(Objective.CAPACITY, ended(0, 0)).ratio(Window.M5).orElseThrow();
    }

    private static Counts ended(long all, long late) {
        return new Counts(all, late, 0, 0, 0, 0, 0);
    }
}
