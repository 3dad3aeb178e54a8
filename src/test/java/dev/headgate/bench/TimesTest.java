package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TimesTest {
    private static final long SECOND = 1_000_000;
    private static final long START = 1_700_000_000L * SECOND;

    @Test
    void percentiles_begin_when_messages_were_due_however_late_they_were_sent() {
        // One each millisecond; the server stood still for the last 20, and took them all at the end.
        long end = START + 1000 * 1000;
        Times times = new Times(LongStream.range(0, 1000)
                .map(number -> number < 980 ? START + number * 1000 + 500 : end)
                .toArray());

        Times.Latency latency = times.since(Times.evenly(START, 1000));

        assertThat(latency.p50Millis()).isEqualTo(0.5);
        assertThat(latency.p99Millis()).isEqualTo(10.0);
        assertThat(latency.p999Millis()).isEqualTo(19.0);
    }

    @Test
    void full_speed_is_reached_at_the_end_of_the_first_second_with_nine_tenths_of_the_final_rate() {
        // 100/s for three seconds, then 1000/s for seven.
        Times times = new Times(LongStream.concat(
                        LongStream.range(0, 300).map(i -> START + i * 10_000),
                        LongStream.range(0, 7000).map(i -> START + 3 * SECOND + i * 1000))
                .toArray());

        assertThat(times.finalRate()).isBetween(999.0, 1001.0);
        // 10 of the slow ones are still in the second that has 890 of the fast ones.
        assertThat(times.fullSpeed().orElseThrow() - START).isBetween(3_880_000L, 3_900_000L);
    }

    @Test
    void a_backlog_that_is_gone_within_a_second_has_no_full_speed() {
        assertThat(new Times(LongStream.range(0, 500).map(i -> START + i * 1000).toArray()).fullSpeed())
                .isEmpty();
    }

    @Test
    void messages_of_the_first_batch_are_not_after_it() {
        Times times = new Times(new long[] {START + 5, START, START, START + 5, START + 9});

        assertThat(times.after(times.first())).isEqualTo(3);
        assertThat(times.after(START + 4)).isEqualTo(3);
        assertThat(times.after(START + 5)).isEqualTo(1);
        assertThat(times.after(times.last())).isZero();
    }

    @Test
    void a_message_that_did_not_get_there_is_no_figure() {
        assertThatThrownBy(() -> new Times(new long[] {START, 0, START}))
                .hasMessage("Of 3 messages 1 did not get there");
    }
}
