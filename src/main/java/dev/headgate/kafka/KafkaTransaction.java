package dev.headgate.kafka;

import dev.headgate.HeadgateException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** What is sent together, and arrives together or not at all. Thread-safe until it ends. */
final class KafkaTransaction {

    /** Copied to the exchanges that a route makes of the one which carries it. */
    private static final String CARRIED = "HeadgateKafkaTransaction";

    private final Producer<Object, Object> producer;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private KafkaTransaction(Producer<Object, Object> producer) {
        this.producer = producer;
    }

    /**
     * Begins one, to be carried by the exchange.
     *
     * @throws KafkaException if its producer can have none any more
     */
    static KafkaTransaction begin(Producer<Object, Object> producer, Exchange exchange) {
        producer.beginTransaction();
        KafkaTransaction transaction = new KafkaTransaction(producer);
        exchange.setProperty(CARRIED, transaction);
        return transaction;
    }

    /** The one that the exchange carries, if it does. */
    static @Nullable KafkaTransaction of(Exchange exchange) {
        return exchange.getProperty(CARRIED, KafkaTransaction.class);
    }

    /**
     * Returns before the record has arrived.
     *
     * @param entry gets the exception if the record is the first of the transaction to fail: those of all others follow from
     *     that
     * @throws KafkaException if the transaction has failed
     */
    void send(ProducerRecord<Object, Object> record, @Nullable Exchange entry) {
        try {
            var unused = producer.send(record, (metadata, e) -> {
                if (e != null && failure.compareAndSet(null, e) && entry != null) {
                    entry.setException(e);
                }
            });
        } catch (KafkaException e) {
            if (failure.compareAndSet(null, e) && entry != null) {
                entry.setException(e);
            }
            throw e;
        }
    }

    /**
     * The last of it: the record of what was in it.
     *
     * @throws KafkaException if the transaction has failed
     */
    void record(String name, String sent) {
        var unused = producer.send(
                new ProducerRecord<>(RelayLog.TOPIC, 0, name, sent.getBytes(StandardCharsets.UTF_8)), (metadata, e) -> {
                    if (e != null) {
                        // Without the cause, for that would be the fault of an entry.
                        failure.compareAndSet(null, unrecorded(e));
                    }
                });
    }

    static HeadgateException unrecorded(Exception e) {
        return new HeadgateException("The topic " + RelayLog.TOPIC
                + " did not take the record of what was sent, so nothing was: see that it is there, and that WRITE on it"
                + " is granted: " + e);
    }

    /** Returns when the brokers have answered to all that was sent: why one of them was not taken, or null. */
    @Nullable
    Throwable awaitAnswers() {
        producer.flush();
        return failure.get();
    }
}
