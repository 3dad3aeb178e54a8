package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.backpressure.InflightLimit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PartitionOffsetsTest {

    private final InflightLimit limit = new InflightLimit(1_000_000, 1_000_000);
    private final PartitionOffsets offsets = new PartitionOffsets();

    @Test
    void nothing_is_committable_before_the_first_is_acknowledged() {
        Delivery first = deliver(5);
        Delivery second = deliver(6);
        assertThat(offsets.takeCommittable()).isEqualTo(-1);
        second.acknowledge();
        assertThat(offsets.takeCommittable()).isEqualTo(-1);
        first.acknowledge();
        assertThat(offsets.takeCommittable()).isEqualTo(7);
        assertThat(offsets.isAcknowledged()).isTrue();
    }

    @Test
    void gaps_between_offsets_are_no_hindrance() {
        Delivery first = deliver(10);
        Delivery afterGap = deliver(1_000_000_000_000L);
        afterGap.acknowledge();
        first.acknowledge();
        assertThat(offsets.takeCommittable()).isEqualTo(1_000_000_000_001L);
    }

    @Test
    void an_offset_is_asked_for_once_and_again_after_its_commit_failed() {
        deliver(0).acknowledge();
        assertThat(offsets.takeCommittable()).isEqualTo(1);
        assertThat(offsets.takeCommittable()).isEqualTo(-1);
        offsets.commitFailed();
        assertThat(offsets.takeCommittable()).isEqualTo(1);
    }

    @Test
    void a_failure_holds_the_watermark_and_says_where_to_read_again() {
        deliver(0).acknowledge();
        Delivery failed = deliver(1);
        deliver(2).acknowledge();
        assertThat(offsets.isFailed()).isFalse();
        failed.fail(null);
        assertThat(offsets.isFailed()).isTrue();
        assertThat(offsets.takeCommittable()).isEqualTo(1);
        assertThat(offsets.isAcknowledged()).isFalse();
        assertThat(offsets.rewind()).isEqualTo(1);
        assertThat(offsets.isFailed()).isFalse();
        assertThat(offsets.isAcknowledged()).isTrue();
    }

    @Test
    void reading_again_starts_at_the_first_that_failed_and_leaves_those_before_it() {
        Delivery before = deliver(0);
        deliver(1).fail(null);
        Delivery behind = deliver(2);
        deliver(3).fail(null);
        assertThat(offsets.rewind()).isEqualTo(1);
        assertThat(offsets.isAcknowledged()).isFalse();
        before.acknowledge();
        assertThat(offsets.takeCommittable()).isEqualTo(1);

        behind.fail(null);
        assertThat(offsets.rewind()).as("of what was dropped").isEqualTo(-1);
    }

    @Test
    void a_delivery_ends_once_and_is_released_once() {
        Delivery acknowledged = deliver(0);
        Delivery failed = deliver(1);
        assertThat(limit.messages()).isEqualTo(2);
        acknowledged.acknowledge();
        acknowledged.acknowledge();
        acknowledged.fail(null);
        failed.fail(null);
        failed.fail(null);
        failed.acknowledge();
        assertThat(limit.messages()).isZero();
        assertThat(limit.bytes()).isZero();
        assertThat(offsets.takeCommittable()).isEqualTo(1);
        assertThat(offsets.rewind()).isEqualTo(1);
    }

    @Test
    void an_acknowledged_delivery_cannot_fail_later() {
        Delivery delivery = deliver(0);
        delivery.acknowledge();
        delivery.fail(null);
        assertThat(offsets.isFailed()).isFalse();
    }

    @Test
    void the_committed_offset_never_passes_an_unacknowledged_one_whatever_the_order_and_threads() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            race(random, new PartitionOffsets());
        }
        assertThat(limit.messages()).isZero();
        assertThat(limit.bytes()).isZero();
    }

    /** Four threads acknowledge in random order what this thread adds and commits meanwhile. */
    private void race(Random random, PartitionOffsets partition) {
        int count = 5_000;
        List<Delivery> deliveries = new ArrayList<>();
        long offset = random.nextInt(100);
        for (int i = 0; i < count; i++) {
            deliveries.add(new Delivery(partition, offset, random.nextInt(100), limit.source("orders")));
            offset += 1 + random.nextInt(3);
        }
        deliveries.forEach(partition::add);
        List<Delivery> shuffled = new ArrayList<>(deliveries);
        Collections.shuffle(shuffled, random);
        CompletableFuture<?>[] threads = new CompletableFuture<?>[4];
        for (int t = 0; t < 4; t++) {
            int own = t;
            threads[t] = CompletableFuture.runAsync(() -> {
                for (int i = own; i < count; i += 4) {
                    shuffled.get(i).acknowledge();
                    shuffled.get(i).acknowledge();
                }
            });
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(threads);
        long committed = -1;
        int checked = 0;
        boolean last;
        do {
            last = all.isDone();
            long next = partition.takeCommittable();
            if (next >= 0) {
                assertThat(next).isGreaterThan(committed);
                committed = next;
                while (checked < count && deliveries.get(checked).offset() < committed) {
                    assertThat(deliveries.get(checked).isAcknowledged()).isTrue();
                    checked++;
                }
            }
        } while (!last);
        all.join();
        assertThat(committed).isEqualTo(deliveries.get(count - 1).offset() + 1);
        assertThat(partition.isAcknowledged()).isTrue();
    }

    private Delivery deliver(long offset) {
        Delivery delivery = new Delivery(offsets, offset, 10, limit.source("orders"));
        offsets.add(delivery);
        return delivery;
    }
}
