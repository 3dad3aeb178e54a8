package dev.headgate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.chaos.FaultKind.Place;
import dev.headgate.chaos.Schedule.Episode;
import dev.headgate.chaos.Schedule.Strike;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final int KINDS = FaultKind.values().length;

    @Test
    void the_same_seed_gives_the_same_faults_and_another_seed_gives_others() {
        assertThat(episodes(42, 300)).isEqualTo(episodes(42, 300)).isNotEqualTo(episodes(43, 300));
    }

    @Test
    void what_comes_first_does_not_depend_on_how_much_is_asked_for() {
        assertThat(episodes(7, 200).subList(0, 50)).isEqualTo(episodes(7, 50));
    }

    @Test
    void no_two_faults_of_an_episode_are_in_one_place() {
        assertThat(episodes(1, 1_000)).allSatisfy(episode -> assertThat(episode.strikes())
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(6)
                .extracting(strike -> strike.kind().place())
                .doesNotHaveDuplicates());
    }

    @Test
    void each_kind_comes_as_often_as_any_other() {
        Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
        episodes(3, 1_000).stream()
                .flatMap(episode -> episode.strikes().stream())
                .forEach(strike -> counts.merge(strike.kind(), 1, Integer::sum));

        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(counts).hasSize(KINDS);
        assertThat(counts.values())
                .allSatisfy(count -> assertThat(count).isBetween(total / KINDS - 3, total / KINDS + 3));
    }

    @Test
    void some_overlap_and_some_come_alone() {
        List<Episode> episodes = episodes(5, 300);

        assertThat(episodes).anyMatch(episode -> episode.strikes().size() == 1);
        assertThat(episodes).anyMatch(episode -> episode.strikes().stream().anyMatch(first -> episode.strikes().stream()
                .anyMatch(second -> !first.equals(second)
                        && first.after().compareTo(second.after()) <= 0
                        && end(first).compareTo(second.after()) > 0)));
    }

    @Test
    void what_a_machine_cannot_do_is_not_dealt() {
        Schedule schedule = new Schedule(1, EnumSet.complementOf(EnumSet.of(FaultKind.CLOCK_WRONG)));

        assertThat(Stream.generate(schedule::next).limit(200))
                .flatExtracting(Episode::strikes)
                .extracting(Strike::kind)
                .contains(FaultKind.WORKER_KILLED)
                .doesNotContain(FaultKind.CLOCK_WRONG);
    }

    @Test
    void what_a_site_has_not_is_not_harmed() {
        assertThat(FaultKind.possible(EnumSet.of(Place.BROKER, Place.WORKER)))
                .contains(FaultKind.BROKER_KILLED, FaultKind.RECORDS_DELETED, FaultKind.WORKER_KILLED)
                .allSatisfy(kind -> assertThat(kind.place()).isIn(Place.BROKER, Place.WORKER));
        assertThat(FaultKind.possible(EnumSet.of(Place.QUEUE, Place.STORE)))
                .contains(FaultKind.REDELIVERED, FaultKind.S3_UNAVAILABLE)
                .doesNotContain(FaultKind.BROKER_KILLED);
    }

    @Test
    void an_edit_changes_the_lanes_of_each_batch_in_block_form() {
        String yaml = "- route:\n    from:\n      uri: batch:a\n      parameters:\n        maxSize: 2\n";
        String once = WorkerFaults.RoutesEdited.edited(yaml, 3);

        assertThat(once).contains("parameters:\n        lanes: 3\n        maxSize: 2\n");
        assertThat(WorkerFaults.RoutesEdited.edited(once, 4)).isEqualTo(once.replace("3", "4"));
        assertThat(WorkerFaults.RoutesEdited.edited("- from: batch:a\n", 4)).isEqualTo("- from: batch:a\n# Edited.\n");
    }

    private static Duration end(Strike strike) {
        return strike.after().plus(strike.lasts());
    }

    private static List<Episode> episodes(long seed, int count) {
        Schedule schedule = new Schedule(seed, EnumSet.allOf(FaultKind.class));
        return Stream.generate(schedule::next).limit(count).toList();
    }
}
