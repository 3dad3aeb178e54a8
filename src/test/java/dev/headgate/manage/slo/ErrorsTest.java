package dev.headgate.manage.slo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an objective is at risk or breached: each row stands beside one that differs in one number. */
class ErrorsTest {

    @ParameterizedTest(name = "{0}: 5m={1} 30m={2} 1h={3} 6h={4} 1d={5} 3d={6} is {7}")
    @CsvSource({
        // nothing happened, and all is well
        "freshness,,,,,,, no data",
        "freshness, 0, 0, 0, 0, 0, 0, ok",
        "freshness,,,,, 0, 0, ok",
        // the last day is what decides whether it is kept
        "freshness, 0, 0, 0, 0, 0.01, 0, ok",
        "freshness, 0, 0, 0, 0, 0.0101, 0, breached",
        "reliability, 0, 0, 0, 0, 0.001, 0, ok",
        "reliability, 0, 0, 0, 0, 0.00101, 0, breached",
        "capacity, 0, 0, 0, 0, 0.01, 0, ok",
        "capacity, 0, 0, 0, 0, 0.0101, 0, breached",
        // 14.4 times the budget in the last hour, and still so
        "freshness, 0.145, 0, 0.145, 0, 0.009, 0, at risk",
        "freshness, 0.143, 0, 0.145, 0, 0.009, 0, ok",
        "freshness, 0.145, 0, 0.143, 0, 0.009, 0, ok",
        "freshness,, 0, 0.145, 0, 0.009, 0, ok",
        "reliability, 0.0145, 0, 0.0145, 0, 0.0009, 0, at risk",
        "reliability, 0.0143, 0, 0.0145, 0, 0.0009, 0, ok",
        // 6 times the budget in six hours, and still so
        "freshness, 0, 0.061, 0, 0.061, 0.009, 0, at risk",
        "freshness, 0, 0.059, 0, 0.061, 0.009, 0, ok",
        "freshness, 0, 0.061, 0, 0.059, 0.009, 0, ok",
        // more than the budget in three days, and still so
        "freshness, 0, 0, 0, 0.011, 0.01, 0.011, at risk",
        "freshness, 0, 0, 0, 0.01, 0.01, 0.011, ok",
        "freshness, 0, 0, 0, 0.011, 0.01, 0.01, ok"
    })
    void the_state_follows_the_last_day_and_the_conditions_of_the_alerts(
            String objective, Double m5, Double m30, Double h1, Double h6, Double d1, Double d3, String state) {
        Map<Window, Double> ratios = new EnumMap<>(Window.class);
        Double[] given = {null, m5, m30, h1, h6, d1, d3};
        int next = 0;
        for (Window window : Window.values()) {
            Double ratio = given[next++];
            ratios.put(window, ratio == null ? Double.NaN : ratio);
        }

        assertThat(new Errors(ratios).state(Objective.valueOf(objective.toUpperCase(Locale.ROOT))))
                .hasToString(state);
    }

    @ParameterizedTest
    @CsvSource({"0.01, ok", "0.0101, at risk"})
    void what_waits_for_too_long_now_is_a_risk_before_the_other_windows_say_so(double now, String state) {
        Errors errors = new Errors(Map.of(Window.NOW, now, Window.M5, now, Window.H1, 0.001, Window.D1, 0.001));

        assertThat(errors.state(Objective.FRESHNESS)).hasToString(state);
    }
}
