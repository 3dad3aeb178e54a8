package dev.headgate.kafka;

import java.util.Iterator;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.kafka.KafkaProducer;
import org.apache.camel.util.KeyValueHolder;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Camel's own, but that it sends an exchange which carries a transaction in that one. It does not wait for the brokers then:
 * what they answer is known when the transaction is committed.
 */
final class TransactedProducer extends KafkaProducer {

    TransactedProducer(KafkaEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        KafkaTransaction transaction = KafkaTransaction.of(exchange);
        if (transaction == null) {
            return super.process(exchange, callback);
        }
        try {
            send(exchange, transaction);
        } catch (RuntimeException e) {
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        KafkaTransaction transaction = KafkaTransaction.of(exchange);
        if (transaction == null) {
            super.process(exchange);
        } else {
            send(exchange, transaction);
        }
    }

    private void send(Exchange exchange, KafkaTransaction transaction) {
        if (exchange.getMessage().getBody() instanceof Iterable) {
            Iterator<KeyValueHolder<Object, ProducerRecord<Object, Object>>> records =
                    createRecordIterable(exchange, exchange.getMessage());
            while (records.hasNext()) {
                KeyValueHolder<Object, ProducerRecord<Object, Object>> next = records.next();
                transaction.send(next.getValue(), entry(next.getKey()));
            }
        } else {
            transaction.send(createRecord(exchange, exchange.getMessage()), exchange);
        }
    }

    private static @Nullable Exchange entry(Object body) {
        return body instanceof Exchange entry ? entry : null;
    }
}
