package dev.headgate.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CronScheduleTest {

    private static CronSchedule zurich(String expression) {
        return CronSchedule.of(expression, "Europe/Zurich", false);
    }

    private static List<String> runs(CronSchedule schedule, String after, int count) {
        List<String> runs = new ArrayList<>();
        Instant run = Instant.parse(after);
        for (int i = 0; i < count; i++) {
            run = schedule.next(run);
            runs.add(run.toString());
        }
        return runs;
    }

    @Test
    void a_daily_run_keeps_its_local_time_when_the_clocks_change() {
        assertThat(runs(zurich("30 9 * * *"), "2026-03-27T12:00:00Z", 3))
                .containsExactly("2026-03-28T08:30:00Z", "2026-03-29T07:30:00Z", "2026-03-30T07:30:00Z");
        assertThat(runs(zurich("30 9 * * *"), "2026-10-23T12:00:00Z", 3))
                .containsExactly("2026-10-24T07:30:00Z", "2026-10-25T08:30:00Z", "2026-10-26T08:30:00Z");
    }

    @Test
    void a_local_time_that_does_not_exist_and_one_that_comes_twice_each_give_one_run() {
        // 02:30 is left out on 2026-03-29.
        assertThat(runs(zurich("30 2 * * *"), "2026-03-28T00:00:00Z", 3))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
        assertThat(runs(zurich("30 * * * *"), "2026-03-29T00:00:00Z", 3))
                .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z");
        // 02:30 comes twice on 2026-10-25.
        assertThat(runs(zurich("30 2 * * *"), "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    }

    @Test
    void an_hourly_run_comes_every_hour_of_the_day_that_has_twenty_five() {
        assertThat(runs(zurich("0 * * * *"), "2026-10-24T23:30:00Z", 4))
                .containsExactly(
                        "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z");
    }

    @Test
    void missed_runs_are_passed_over_or_made_up_for_as_told() {
        Instant next = Instant.parse("2026-01-01T03:00:00Z");
        Instant back = Instant.parse("2026-01-04T03:00:30Z");
        assertThat(CronSchedule.of("0 3 * * *", "UTC", false).due(next, back))
                .isEqualTo(new CronSchedule.Due(
                        List.of(Instant.parse("2026-01-04T03:00:00Z")), Instant.parse("2026-01-05T03:00:00Z")));
        assertThat(CronSchedule.of("0 3 * * *", "UTC", true).due(next, back).runs())
                .hasSize(4);
    }

    @Test
    void a_run_a_minute_late_is_made_and_one_later_than_that_was_missed() {
        CronSchedule daily = CronSchedule.of("0 3 * * *", "UTC", false);
        Instant run = Instant.parse("2026-01-01T03:00:00Z");
        assertThat(daily.due(run, run.plus(CronSchedule.GRACE)).runs()).containsExactly(run);
        assertThat(daily.due(run, run.plus(CronSchedule.GRACE).plusMillis(1)).runs())
                .isEmpty();
        assertThat(daily.due(run, run).runs()).containsExactly(run);
    }

    @Test
    void runs_that_were_missed_while_the_clocks_changed_are_each_made_up_for_once() {
        CronSchedule daily = CronSchedule.of("30 2 * * *", "Europe/Zurich", true);
        assertThat(daily.due(Instant.parse("2026-03-28T01:30:00Z"), Instant.parse("2026-03-30T12:00:00Z"))
                        .runs())
                .extracting(Instant::toString)
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
        assertThat(daily.due(Instant.parse("2026-10-24T00:30:00Z"), Instant.parse("2026-10-26T12:00:00Z"))
                        .runs())
                .extracting(Instant::toString)
                .containsExactly("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    }

    @Test
    void catching_up_takes_a_thousand_at_once() {
        CronSchedule.Due due = CronSchedule.of("* * * * *", "UTC", true)
                .due(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-02-01T00:00:00Z"));
        assertThat(due.runs()).hasSize(1000);
        assertThat(due.next()).isEqualTo(Instant.parse("2026-01-01T16:40:00Z"));
    }

    @Test
    void what_is_no_schedule_is_refused_with_what_was_expected() {
        assertThatThrownBy(() -> zurich("every day"))
                .hasMessageContaining("15 3 * * *")
                .hasMessageContaining("every day");
    }
}
