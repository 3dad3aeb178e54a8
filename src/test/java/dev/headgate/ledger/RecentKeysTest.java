package dev.headgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentKeysTest {

    private final RecentKeys<Integer> recent = new RecentKeys<>(100);

    @Test
    void the_latest_are_remembered_however_many_came_before() {
        IntStream.range(0, 10_000).forEach(recent::add);

        assertThat(IntStream.range(9_950, 10_000)).allMatch(key -> recent.get(key) != null);
        assertThat(recent.get(9_899)).isNull();
    }

    @Test
    void never_more_than_its_size() {
        for (int key = 0; key < 1_000; key++) {
            recent.add(key);
            assertThat(recent.size()).isBetween(Math.min(key + 1, 50), 100);
        }
    }

    @Test
    void a_key_that_is_added_again_takes_no_second_place() {
        IntStream.range(0, 49).forEach(recent::add);
        IntStream.range(0, 49).forEach(recent::add);

        assertThat(recent.size()).isEqualTo(49);
    }

    @Test
    void of_equal_keys_the_first_is_remembered() {
        RecentKeys<String> texts = new RecentKeys<>(100);
        String first = "kk".substring(1);
        texts.add(first);
        texts.add("k");

        assertThat(texts.get("k")).isSameAs(first);
    }

    @Test
    void nothing_is_remembered_once_cleared() {
        IntStream.range(0, 75).forEach(recent::add);
        recent.clear();

        assertThat(recent.get(0)).isNull();
        assertThat(recent.get(74)).isNull();
        assertThat(recent.size()).isZero();
    }
}
