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

    private static CronSchedule lordHowe(String expression) {
        return CronSchedule.of(expression, "Australia/Lord_Howe", false);
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
    void an_hour_that_comes_twice_gives_the_runs_of_given_hours_once() {
        // 02:00 to 03:00 comes twice on 2026-10-25: from 00:00 and from 01:00 UTC.
        assertThat(runs(zurich("15,45 2 * * *"), "2026-10-24T12:00:00Z", 3))
                .containsExactly("2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z", "2026-10-26T01:15:00Z");
        assertThat(runs(zurich("*/10 2 * * *"), "2026-10-24T23:55:00Z", 7))
                .containsExactly(
                        "2026-10-25T00:00:00Z",
                        "2026-10-25T00:10:00Z",
                        "2026-10-25T00:20:00Z",
                        "2026-10-25T00:30:00Z",
                        "2026-10-25T00:40:00Z",
                        "2026-10-25T00:50:00Z",
                        "2026-10-26T01:00:00Z");
        assertThat(runs(zurich("0 1-3 * * *"), "2026-10-24T12:00:00Z", 4))
                .containsExactly(
                        "2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "2026-10-26T00:00:00Z");
        // Also where one looks from within the repeated hour.
        assertThat(runs(zurich("15,45 2 * * *"), "2026-10-25T01:20:00Z", 1)).containsExactly("2026-10-26T01:15:00Z");
    }

    @Test
    void an_hour_that_comes_twice_gives_the_runs_of_any_hour_twice() {
        assertThat(runs(zurich("20,40 * * * *"), "2026-10-25T00:00:00Z", 5))
                .containsExactly(
                        "2026-10-25T00:20:00Z",
                        "2026-10-25T00:40:00Z",
                        "2026-10-25T01:20:00Z",
                        "2026-10-25T01:40:00Z",
                        "2026-10-25T02:20:00Z");
        assertThat(runs(zurich("* * * * *"), "2026-10-24T23:00:00Z", 200))
                .isEqualTo(runs(CronSchedule.of("* * * * *", "UTC", false), "2026-10-24T23:00:00Z", 200));
    }

    @Test
    void an_hour_that_is_left_out_gives_its_runs_once_and_as_much_later() {
        assertThat(runs(zurich("15,45 2 * * *"), "2026-03-28T12:00:00Z", 3))
                .containsExactly("2026-03-29T01:15:00Z", "2026-03-29T01:45:00Z", "2026-03-30T00:15:00Z");
        assertThat(runs(zurich("0 1-3 * * *"), "2026-03-28T12:00:00Z", 3))
                .containsExactly("2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T23:00:00Z");
        assertThat(runs(zurich("* * * * *"), "2026-03-29T00:00:00Z", 200))
                .isEqualTo(runs(CronSchedule.of("* * * * *", "UTC", false), "2026-03-29T00:00:00Z", 200));
    }

    @Test
    void half_an_hour_that_comes_twice_or_is_left_out_counts_likewise() {
        // On Lord Howe 01:30 to 02:00 comes twice on 2026-04-05, from 14:30 and 15:00 UTC of the day before; 02:00 to
        // 02:30
        // is left out on 2026-10-04, at 15:30 UTC of the day before.
        assertThat(runs(lordHowe("45 1 * * *"), "2026-04-04T00:00:00Z", 2))
                .containsExactly("2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z");
        assertThat(runs(lordHowe("*/15 * * * *"), "2026-04-04T14:00:00Z", 6))
                .containsExactly(
                        "2026-04-04T14:15:00Z",
                        "2026-04-04T14:30:00Z",
                        "2026-04-04T14:45:00Z",
                        "2026-04-04T15:00:00Z",
                        "2026-04-04T15:15:00Z",
                        "2026-04-04T15:30:00Z");
        assertThat(runs(lordHowe("10 2 * * *"), "2026-10-02T16:00:00Z", 2))
                .containsExactly("2026-10-03T15:40:00Z", "2026-10-04T15:10:00Z");
        assertThat(runs(lordHowe("30 2 * * *"), "2026-10-02T16:00:00Z", 2))
                .containsExactly("2026-10-03T15:30:00Z", "2026-10-04T15:30:00Z");
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
