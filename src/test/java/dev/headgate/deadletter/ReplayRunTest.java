package dev.headgate.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.deadletter.ReplayRun.End;
import dev.headgate.deadletter.ReplayRun.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReplayRunTest {

    private static final Outcome APPLIED = new Outcome(End.APPLIED, "", "");
    private static final Outcome REFUSED = new Outcome(End.REFUSED, "bad", "it is bad");

    /** Whatever is sent ends as it should by the time of the next look. */
    private static final class Fake implements ReplayRun.Pipelines {

        final List<List<Long>> sent = new ArrayList<>();
        private final LongFunction<Outcome> ends;

        Fake(LongFunction<Outcome> ends) {
            this.ends = ends;
        }

        @Override
        public List<Long> send(List<ReplayPlan.Letter> letters) {
            List<Long> ids = letters.stream().map(ReplayPlan.Letter::id).toList();
            sent.add(ids);
            return ids;
        }

        @Override
        public Map<Long, Outcome> outcomes(Collection<Long> ids) {
            Map<Long, Outcome> outcomes = new HashMap<>();
            ids.forEach(id -> {
                Outcome outcome = ends.apply(id);
                if (outcome != null) {
                    outcomes.put(id, outcome);
                }
            });
            return outcomes;
        }
    }

    @Test
    void one_is_tried_and_the_others_follow_when_it_is_applied() {
        Fake fake = new Fake(id -> APPLIED);
        ReplayReport report = run(fake, letters("bad", 1, 6), 3);
        assertThat(fake.sent).containsExactly(List.of(1L), List.of(2L, 3L, 4L), List.of(5L, 6L));
        assertThat(report.applied()).isEqualTo(6);
        assertThat(report.stops()).isEmpty();
    }

    @Test
    void none_of_a_reason_follows_one_that_is_refused_for_it_again_and_other_reasons_go_on() {
        List<ReplayPlan.Letter> letters = new ArrayList<>(letters("bad", 1, 5));
        letters.addAll(letters("worse", 6, 8));
        Fake fake = new Fake(id -> id < 6 ? REFUSED : APPLIED);
        ReplayReport report = run(fake, letters, 10);
        assertThat(fake.sent).containsExactly(List.of(1L, 6L), List.of(7L, 8L));
        assertThat(report.stops()).containsExactly(new ReplayReport.Stop("orders", "bad", 1, "bad", "it is bad", 4));
        assertThat(report.left()).isEqualTo(4);
    }

    @Test
    void refused_for_another_reason_one_more_is_tried() {
        Fake fake = new Fake(id -> REFUSED);
        ReplayReport report = run(fake, letters("worse", 1, 5), 10);
        assertThat(fake.sent).containsExactly(List.of(1L), List.of(2L));
        assertThat(report.stops()).containsExactly(new ReplayReport.Stop("orders", "worse", 2, "bad", "it is bad", 3));
    }

    @Test
    void it_stops_in_the_midst_of_the_others_too() {
        Fake fake = new Fake(id -> id == 3 ? REFUSED : APPLIED);
        ReplayReport report = run(fake, letters("bad", 1, 9), 3);
        assertThat(fake.sent).containsExactly(List.of(1L), List.of(2L, 3L, 4L));
        assertThat(report.left()).isEqualTo(5);
    }

    @Test
    void of_one_key_none_overtakes_another_and_those_held_stay_behind_one_that_is_left() {
        List<ReplayPlan.Letter> letters = List.of(
                letter(1, "bad", "a", false),
                letter(2, "bad", "k", false),
                letter(3, "worse", "k", false),
                letter(4, "held", "k", true),
                letter(5, "held", "a", true));
        Fake applying = new Fake(id -> APPLIED);
        run(applying, letters, 10);
        assertThat(applying.sent).containsExactly(List.of(1L, 5L), List.of(2L, 3L, 4L));

        Fake refusing = new Fake(id -> id == 1 ? REFUSED : APPLIED);
        ReplayReport report = run(refusing, letters, 10);
        assertThat(refusing.sent).containsExactly(List.of(1L, 5L), List.of(3L));
        assertThat(report.left()).isEqualTo(2);
    }

    @Test
    void it_ends_when_nothing_is_heard() {
        Fake fake = new Fake(id -> id == 1 ? APPLIED : null);
        ReplayReport report = run(fake, letters("bad", 1, 9), 3);
        assertThat(report.silent()).isTrue();
        assertThat(report.sent()).as("no more than may be under way").isEqualTo(4);
        assertThat(report.firstUnknown()).isEqualTo(2);
        assertThat(report.left()).isEqualTo(5);
    }

    private static ReplayReport run(Fake fake, List<ReplayPlan.Letter> letters, int atOnce) {
        return new ReplayRun(fake, letters, atOnce, 4, Duration.ofMillis(1)).run(progress -> {});
    }

    private static List<ReplayPlan.Letter> letters(String reason, long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(id -> letter(id, reason, "key" + id, false))
                .toList();
    }

    private static ReplayPlan.Letter letter(long id, String reason, String key, boolean follows) {
        return new ReplayPlan.Letter(id, "orders", reason, key, 1, follows);
    }
}
