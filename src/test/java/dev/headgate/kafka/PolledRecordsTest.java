package dev.headgate.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PolledRecordsTest {

    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final TopicPartition OTHER = new TopicPartition("orders", 1);

    private int allowed = 100;
    private final PolledRecords records = new PolledRecords(partition -> allowed > 0);

    @Test
    void iterating_takes_the_records_out_in_order() {
        poll(PARTITION, "a", "b", "c");
        assertThat(take()).containsExactly("a", "b", "c");
        assertThat(records.isEmpty()).isTrue();
        assertThat(take()).isEmpty();
    }

    @Test
    void what_is_left_when_the_condition_ends_comes_next_time() {
        poll(PARTITION, "a", "b", "c");
        allowed = 2;
        assertThat(take()).containsExactly("a", "b");
        assertThat(records.handOut().count()).isEqualTo(1);
        assertThat(take()).isEmpty();
        allowed = 1;
        assertThat(take()).containsExactly("c");
    }

    @Test
    void what_is_polled_later_comes_after_what_is_left() {
        poll(PARTITION, "a", "b");
        allowed = 1;
        assertThat(take()).containsExactly("a");
        poll(PARTITION, "c");
        poll(PARTITION, "d");
        allowed = 100;
        assertThat(take()).containsExactly("b", "c", "d");
    }

    @Test
    void looking_takes_nothing_out() {
        poll(PARTITION, "a", "b");
        allowed = 1;
        take();
        assertThat(records.handOut().records(PARTITION).get(0).value()).isEqualTo("b");
        assertThat(records.handOut().records(PARTITION).get(0).value()).isEqualTo("b");
    }

    @Test
    void there_is_nothing_beyond_the_end() {
        poll(PARTITION, "a");
        Iterator<ConsumerRecord<Object, Object>> left =
                records.handOut().records(PARTITION).iterator();
        take();
        assertThatThrownBy(left::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void a_partition_that_is_dropped_keeps_the_records_of_the_others() {
        poll(PARTITION, "a");
        poll(OTHER, "b");
        records.drop(List.of(PARTITION));
        assertThat(records.handOut().partitions()).containsExactly(OTHER);
    }

    private void poll(TopicPartition partition, String... values) {
        List<ConsumerRecord<Object, Object>> polled = Stream.of(values)
                .map(value ->
                        new ConsumerRecord<Object, Object>(partition.topic(), partition.partition(), 0, "", value))
                .toList();
        records.add(new ConsumerRecords<>(Map.of(partition, polled), Map.of()));
    }

    /** As Camel iterates over what a poll returned. */
    private List<Object> take() {
        List<Object> taken = new ArrayList<>();
        for (Iterator<ConsumerRecord<Object, Object>> iterator =
                        records.handOut().records(PARTITION).iterator();
                iterator.hasNext(); ) {
            taken.add(iterator.next().value());
            allowed--;
        }
        return taken;
    }
}
