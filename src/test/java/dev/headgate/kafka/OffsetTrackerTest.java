package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.backpressure.InflightLimit;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {

    private static final TopicPartition ZERO = new TopicPartition("orders", 0);
    private static final TopicPartition ONE = new TopicPartition("orders", 1);

    private final InflightLimit limit = new InflightLimit(100, 100);
    private final OffsetTracker tracker = new OffsetTracker();

    @Test
    void partitions_advance_for_themselves() {
        Delivery slow = track(ZERO, 5, 1);
        track(ONE, 8, 1).acknowledge();
        assertThat(tracker.takeCommittable()).isEqualTo(Map.of(ONE, new OffsetAndMetadata(9)));
        slow.acknowledge();
        assertThat(tracker.takeCommittable()).isEqualTo(Map.of(ZERO, new OffsetAndMetadata(6)));
        assertThat(tracker.takeCommittable()).isEmpty();
    }

    @Test
    void only_the_partitions_that_are_asked_for_are_taken() {
        track(ZERO, 5, 1).acknowledge();
        track(ONE, 8, 1).acknowledge();
        assertThat(tracker.takeCommittable(List.of(ZERO, new TopicPartition("unknown", 3))))
                .containsOnlyKeys(ZERO);
        assertThat(tracker.takeCommittable()).containsOnlyKeys(ONE);
    }

    @Test
    void a_late_acknowledgement_of_a_forgotten_partition_changes_nothing_but_the_inflight_count() {
        Delivery late = track(ZERO, 5, 10);
        tracker.forget(ZERO);
        Delivery again = track(ZERO, 5, 10);
        late.acknowledge();
        assertThat(tracker.takeCommittable()).isEmpty();
        assertThat(tracker.isAcknowledged(List.of(ZERO))).isFalse();
        assertThat(limit.messages()).isEqualTo(1);
        again.acknowledge();
        assertThat(tracker.takeCommittable()).isEqualTo(Map.of(ZERO, new OffsetAndMetadata(6)));
        assertThat(limit.messages()).isZero();
        assertThat(limit.bytes()).isZero();
    }

    @Test
    void a_late_failure_of_a_forgotten_partition_does_not_rewind_it() {
        Delivery late = track(ZERO, 5, 10);
        tracker.forget(ZERO);
        track(ZERO, 5, 10);
        late.fail(null);
        assertThat(tracker.rewindFailed()).isEmpty();
    }

    @Test
    void a_failed_delivery_rewinds_its_partition_to_itself_and_what_is_before_it_stays_in_flight() {
        track(ZERO, 4, 1).acknowledge();
        Delivery before = track(ZERO, 5, 1);
        track(ZERO, 6, 1).fail(null);
        track(ONE, 1, 1);
        assertThat(tracker.isFailed(ZERO)).isTrue();
        assertThat(tracker.isFailed(ONE)).isFalse();
        assertThat(tracker.rewindFailed()).isEqualTo(Map.of(ZERO, 6L));
        assertThat(tracker.rewindFailed()).isEmpty();
        assertThat(tracker.takeCommittable()).isEqualTo(Map.of(ZERO, new OffsetAndMetadata(5)));
        track(ZERO, 6, 1).acknowledge();
        assertThat(tracker.takeCommittable()).isEmpty();
        before.acknowledge();
        assertThat(tracker.takeCommittable()).isEqualTo(Map.of(ZERO, new OffsetAndMetadata(7)));
    }

    @Test
    void a_commit_that_failed_is_asked_for_again() {
        track(ZERO, 5, 1).acknowledge();
        tracker.takeCommittable();
        tracker.commitFailed(List.of(ZERO, ONE));
        assertThat(tracker.takeCommittable()).isEqualTo(Map.of(ZERO, new OffsetAndMetadata(6)));
    }

    @Test
    void partitions_without_deliveries_are_acknowledged() {
        assertThat(tracker.isAcknowledged(List.of(ZERO, ONE))).isTrue();
        track(ONE, 0, 1);
        assertThat(tracker.isAcknowledged(List.of(ZERO))).isTrue();
        assertThat(tracker.isAcknowledged(List.of(ZERO, ONE))).isFalse();
    }

    private Delivery track(TopicPartition partition, long offset, int size) {
        return tracker.track(partition, offset, size, limit.source("orders"));
    }
}
