package dev.headgate.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class IsolationTest {

    private final List<Integer> written = new ArrayList<>();
    private final List<Integer> refused = new ArrayList<>();
    private int writes;

    @Test
    void a_good_batch_is_one_write() {
        isolate(2000, Set.of(), 2000);
        assertThat(writes).isEqualTo(1);
        assertThat(written).hasSize(2000);
    }

    @Test
    void one_bad_message_costs_about_two_writes_a_halving() {
        for (int bad : new int[] {0, 1, 999, 1000, 1998, 1999}) {
            writes = 0;
            isolate(2000, Set.of(bad), 2000);
            assertThat(writes).as("writes for " + bad).isLessThanOrEqualTo(22);
        }
    }

    @Test
    void three_bad_of_2000_cost_at_most_70_writes_wherever_they_are() {
        Random random = new Random(7);
        int most = 0;
        for (int i = 0; i < 2_000; i++) {
            writes = 0;
            isolate(2000, random.ints(0, 2000).distinct().limit(3).boxed().collect(Collectors.toSet()), 2000);
            most = Math.max(most, writes);
        }
        assertThat(most).isLessThanOrEqualTo(66);
    }

    @Test
    void many_bad_in_a_row_cost_about_one_write_each() {
        isolate(2000, IntStream.range(500, 1500).boxed().collect(Collectors.toSet()), 2000);
        assertThat(writes).isLessThanOrEqualTo(1000 + 30);
    }

    @Test
    void all_bad_cost_about_one_write_each() {
        isolate(2000, IntStream.range(0, 2000).boxed().collect(Collectors.toSet()), 2000);
        assertThat(writes).isLessThanOrEqualTo(2000 + 12);
    }

    @Test
    void a_limit_bounds_every_write() {
        isolate(1000, Set.of(3), 100);
        assertThat(refused).containsExactly(3);
        assertThat(writes).isLessThanOrEqualTo(7 + 7 + 10);
    }

    @RepeatedTest(50)
    void each_message_is_written_or_refused_once_and_in_order() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int size = 1 + random.nextInt(500);
        Set<Integer> bad =
                random.ints(0, size).limit(random.nextInt(size + 1)).boxed().collect(Collectors.toSet());

        isolate(size, bad, 1 + random.nextInt(size));

        assertThat(refused).as("seed " + seed).isEqualTo(bad.stream().sorted().toList());
        assertThat(written)
                .as("seed " + seed)
                .isEqualTo(IntStream.range(0, size)
                        .boxed()
                        .filter(i -> !bad.contains(i))
                        .toList());
    }

    @Test
    void what_is_refused_together_and_not_alone_is_written() {
        // Both together are refused, as by a limit on the whole statement.
        Isolation isolation = new Isolation(2, 2);
        assertThat(isolation.end(2)).isEqualTo(2);
        assertThat(isolation.refused()).isFalse();
        assertThat(isolation.end(2)).isEqualTo(1);
        isolation.written();
        assertThat(isolation.end(2)).isEqualTo(2);
        isolation.written();
        assertThat(isolation.isDone()).isTrue();
    }

    private void isolate(int size, Set<Integer> bad, int atMost) {
        written.clear();
        refused.clear();
        Isolation isolation = new Isolation(size, size);
        while (!isolation.isDone()) {
            int from = isolation.from();
            int end = isolation.end(atMost);
            writes++;
            assertThat(end - from).isBetween(1, atMost);
            if (IntStream.range(from, end).noneMatch(bad::contains)) {
                isolation.written();
                IntStream.range(from, end).forEach(written::add);
            } else if (isolation.refused()) {
                refused.add(from);
            }
        }
    }
}
