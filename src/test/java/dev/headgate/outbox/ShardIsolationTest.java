package dev.headgate.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.outbox.ShardIsolation.Bulk;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardIsolationTest {

    private final ShardIsolation isolation = new ShardIsolation(100);

    @Test
    void healthy_shards_travel_together_and_share_the_entries() {
        assertThat(isolation.plan(List.of(4, 1, 9))).containsExactly(new Bulk(List.of(4, 1, 9), 33));
        assertThat(isolation.plan(List.of())).isEmpty();
    }

    @Test
    void no_more_shards_travel_than_entries_are_allowed() {
        assertThat(new ShardIsolation(2).plan(List.of(4, 1, 9))).containsExactly(new Bulk(List.of(4, 1), 1));
    }

    @Test
    void shards_of_a_failed_bulk_travel_alone_in_turn_after_the_healthy_ones() {
        isolation.failed(new Bulk(List.of(1, 2), 50), 80);

        assertThat(isolation.plan(List.of(1, 2, 3)))
                .containsExactly(new Bulk(List.of(3), 100), new Bulk(List.of(1), 50));
        assertThat(isolation.plan(List.of(1, 2, 3)).get(1)).isEqualTo(new Bulk(List.of(2), 50));
        assertThat(isolation.plan(List.of(1, 2, 3)).get(1)).isEqualTo(new Bulk(List.of(1), 50));
    }

    @Test
    void shard_that_fails_alone_is_halved_to_a_single_entry() {
        isolation.failed(new Bulk(List.of(7), 100), 5);
        assertThat(isolation.plan(List.of(7))).containsExactly(new Bulk(List.of(7), 2));
        isolation.failed(new Bulk(List.of(7), 2), 2);
        isolation.failed(new Bulk(List.of(7), 1), 1);
        assertThat(isolation.plan(List.of(7))).containsExactly(new Bulk(List.of(7), 1));
    }

    @Test
    void suspect_rejoins_the_others_after_a_full_bulk_went_well() {
        isolation.failed(new Bulk(List.of(7), 100), 100);
        for (int limit : new int[] {50, 100}) {
            assertThat(isolation.isClear()).isFalse();
            Bulk alone = new Bulk(List.of(7), limit);
            assertThat(isolation.plan(List.of(7, 8))).endsWith(alone);
            isolation.succeeded(alone, limit);
        }
        assertThat(isolation.isClear()).isTrue();
        assertThat(isolation.plan(List.of(7, 8))).containsExactly(new Bulk(List.of(7, 8), 50));
    }

    @Test
    void suspect_rejoins_the_others_when_it_has_sent_all_that_it_had() {
        isolation.failed(new Bulk(List.of(7, 8), 50), 100);
        isolation.succeeded(new Bulk(List.of(7), 50), 49);
        isolation.succeeded(new Bulk(List.of(8), 50), 50);
        assertThat(isolation.plan(List.of(7, 8))).containsExactly(new Bulk(List.of(7), 100), new Bulk(List.of(8), 100));
    }

    @Test
    void at_least_one_entry_must_be_allowed() {
        assertThatThrownBy(() -> new ShardIsolation(0)).hasMessageContaining("maxEntries");
    }
}
