package dev.headgate.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OffsetSetTest {

    @Test
    void holds_what_a_set_of_numbers_holds_also_behind_its_bytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            OffsetSet set = new OffsetSet();
            TreeSet<Long> expected = new TreeSet<>();
            long base = random.nextInt(3) * 1_000_000_000_000L;
            for (int i = 0; i < 300; i++) {
                long offset = base + random.nextInt(round % 2 == 0 ? 400 : 40_000);
                assertThat(set.add(offset)).as("seed %d", seed).isEqualTo(expected.add(offset));
            }
            long low = base + random.nextInt(20_000);
            set.removeBelow(low);
            expected.headSet(low).clear();
            OffsetSet read = OffsetSet.of(set.toBytes());
            long missing = low;
            while (expected.contains(missing)) {
                missing++;
            }
            assertThat(read.firstMissing(low)).as("seed %d", seed).isEqualTo(missing);
            assertThat(read.size()).as("seed %d", seed).isEqualTo(expected.size());
            assertThat(expected).as("seed %d", seed).allMatch(read::contains);
            assertThat(read.isEmpty()).isEqualTo(expected.isEmpty());
        }
    }

    @Test
    void the_first_that_is_missing_is_found_beyond_whole_stretches() {
        OffsetSet set = new OffsetSet();
        for (long offset = 10; offset < 20_000; offset++) {
            set.add(offset);
        }
        assertThat(set.firstMissing(9)).isEqualTo(9);
        assertThat(set.firstMissing(10)).isEqualTo(20_000);
        assertThat(set.toBytes()).hasSizeLessThan(20_000 / 8 + 100);
    }

    @Test
    void offsets_that_lie_far_apart_cost_little() {
        OffsetSet set = new OffsetSet();
        set.add(0);
        set.add(Long.MAX_VALUE);
        assertThat(OffsetSet.of(set.toBytes()).contains(Long.MAX_VALUE)).isTrue();
        assertThat(set.toBytes()).hasSizeLessThan(600);
    }

    @Test
    void other_bytes_are_refused() {
        assertThatThrownBy(() -> OffsetSet.of(new byte[7])).isInstanceOf(IllegalArgumentException.class);
    }
}
