package dev.headgate.kafka;

import java.util.Collection;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/** Commits before partitions go, then lets Camel's own listener see the change. On the consumer's thread. */
record Rebalance(AcknowledgingConsumer consumer, ConsumerRebalanceListener camel) implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        consumer.commitBeforeGivingUp(partitions);
        consumer.giveUp(partitions);
        camel.onPartitionsRevoked(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        consumer.giveUp(partitions);
        camel.onPartitionsLost(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        consumer.begin(partitions);
        camel.onPartitionsAssigned(partitions);
    }
}
