package dev.headgate.kafka;

import dev.headgate.message.AsItCame;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends records byte by byte, with headers that an exchange could not hold, by a producer that is set up as those of the
 * context's Kafka component. Thread-safe; ends with its context.
 */
public final class RecordSender extends ServiceSupport {

    /** One to send. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Outgoing(String topic, int partition, AsItCame keyAndHeaders, byte @Nullable [] value) {}

    private final CamelContext context;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    private RecordSender(CamelContext context) {
        this.context = context;
    }

    /** The one of this context. */
    public static RecordSender of(CamelContext context) {
        synchronized (RecordSender.class) {
            RecordSender known = context.hasService(RecordSender.class);
            if (known != null) {
                return known;
            }
            RecordSender sender = new RecordSender(context);
            try {
                context.addService(sender);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return sender;
        }
    }

    /**
     * Returns when Kafka has confirmed all; in order in each partition.
     *
     * @throws KafkaException if it has not; some may have been sent
     */
    public void send(List<Outgoing> records) {
        KafkaProducer<byte[], byte[]> sending = producer(records.get(0).topic);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try {
            for (Outgoing record : records) {
                Future<RecordMetadata> future = sending.send(producerRecord(record));
                sent.add(future);
                if (future.isDone()) {
                    // Without a broker each would wait for it as long as the first one.
                    await(future);
                }
            }
        } finally {
            sending.flush();
        }
        sent.forEach(RecordSender::await);
    }

    private static ProducerRecord<byte[], byte[]> producerRecord(Outgoing record) {
        RecordHeaders headers = new RecordHeaders();
        record.keyAndHeaders.headers().forEach(header -> headers.add(header.name(), header.value()));
        return new ProducerRecord<>(
                record.topic, record.partition, null, record.keyAndHeaders.key(), record.value, headers);
    }

    private static void await(Future<RecordMetadata> future) {
        try {
            future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        }
    }

    private synchronized KafkaProducer<byte[], byte[]> producer(String topic) {
        if (producer == null) {
            KafkaEndpoint endpoint = context.getEndpoint("kafka:" + topic, KafkaEndpoint.class);
            Properties properties = endpoint.getConfiguration().createProducerProperties();
            endpoint.updateClassProperties(properties);
            String brokers = endpoint.getKafkaClientFactory().getBrokers(endpoint.getConfiguration());
            if (brokers != null) {
                properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
            }
            properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
            producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    @Override
    protected synchronized void doStop() {
        if (producer != null) {
            producer.close();
            producer = null;
        }
    }
}
