package dev.headgate.kafka;

import dev.headgate.backpressure.SourceInflight;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.camel.spi.Synchronization;

/** A {@link Delivery} as Camel sees it: the completion of its exchange, and the exchange's manual commit. */
final class RecordAcknowledgement extends Delivery implements Synchronization, KafkaManualCommit {

    RecordAcknowledgement(PartitionOffsets partition, long offset, int size, SourceInflight source) {
        super(partition, offset, size, source);
    }

    @Override
    public void onComplete(Exchange exchange) {
        acknowledge();
    }

    @Override
    public void onFailure(Exchange exchange) {
        fail();
    }

    /** Acknowledges the record; its offset is committed when all before it are acknowledged too. */
    @Override
    public void commit() {
        acknowledge();
    }
}
