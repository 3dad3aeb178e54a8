package dev.headgate.kafka;

import dev.headgate.ConfigurationException;
import dev.headgate.HeadgateException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends bulks, each in a transaction that also says, in {@link RelayLog}, what it was. A relay sends under a name, which is
 * its transactional id: whoever {@link #fence fences} the name knows that nothing more arrives under it, and can then read what
 * arrived last. A name that was fenced, or whose transaction ended without an answer, is never used again.
 *
 * <p>For one thread.
 */
public final class KafkaRelay implements AutoCloseable {

    private static final Duration CLOSING = Duration.ofSeconds(5);

    private static final Duration TRANSACTION = Duration.ofSeconds(20);

    private static final List<String> TEXT = List.of(KeyText.Writer.class.getName(), StringSerializer.class.getName());

    private final KafkaEndpoint endpoint;
    private @Nullable Properties properties;
    private @Nullable RelayLog log;
    private @Nullable Producer<Object, Object> producer;
    private @Nullable KafkaTransaction transaction;
    private String name = "";

    /** Nobody knows whether the transaction was committed, or the name is fenced: it can send no more. */
    public static final class LostException extends HeadgateException {
        LostException(String message) {
            super(message);
        }
    }

    private KafkaRelay(KafkaEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * One that sends by the producers of an endpoint's servers.
     *
     * @throws ConfigurationException if the endpoint's component is not Headgate's, and would not send in its transactions
     */
    public static KafkaRelay to(KafkaEndpoint endpoint) {
        if (!(endpoint instanceof TransactedComponent.TransactedEndpoint)) {
            throw new ConfigurationException(endpoint.getEndpointBaseUri()
                    + " is of a Kafka component that was made by somebody else, which cannot send in a"
                    + " relay's transaction: use the component kafka as Headgate binds it, or leave out exactlyOnce");
        }
        String serializer = endpoint.getConfiguration().getValueSerializer();
        if (!ByteArraySerializer.class.getName().equals(serializer)) {
            throw new ConfigurationException(endpoint.getEndpointBaseUri() + " has the valueSerializer " + serializer
                    + ", and the record of what was sent is bytes: leave it out, or leave out exactlyOnce");
        }
        String keySerializer = endpoint.getConfiguration().getKeySerializer();
        if (!TEXT.contains(keySerializer)) {
            throw new ConfigurationException(endpoint.getEndpointBaseUri() + " has the keySerializer " + keySerializer
                    + ", and the record of what was sent has text as its key: leave it out, or leave out exactlyOnce");
        }
        return new KafkaRelay(endpoint);
    }

    /** Whether it can send. */
    public boolean isOpen() {
        return producer != null;
    }

    /**
     * Makes it able to send, under a name that nobody has had.
     *
     * @throws KafkaException if the brokers do not answer
     * @throws ConfigurationException if the topic of the {@link RelayLog} cannot be made, or is none that keeps, or a right
     *     is missing
     */
    public void open(String unused) {
        permitted(() -> log().prepare());
        Properties own = new Properties();
        own.putAll(properties());
        own.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, unused);
        own.remove(ProducerConfig.CLIENT_ID_CONFIG);
        own.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        // What a relay that died leaves open holds up readers, and other relays that ask what was sent.
        own.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, String.valueOf(TRANSACTION.toMillis()));
        Producer<Object, Object> opened = new KafkaProducer<>(own);
        try {
            permitted(opened::initTransactions);
        } catch (KafkaException | ConfigurationException e) {
            opened.close(Duration.ZERO);
            throw e;
        }
        name = unused;
        producer = opened;
    }

    /** Begins the transaction in which producers send what this exchange, or one made of it, brings them. */
    public void begin(Exchange exchange) {
        try {
            transaction = KafkaTransaction.begin(open(), exchange);
        } catch (KafkaException e) {
            throw lost(e);
        }
    }

    /**
     * Commits it with the record of what was in it. If something of it was not taken, it is aborted.
     *
     * @return null if it is committed, else why it is not
     * @throws LostException if nobody knows
     */
    public @Nullable Throwable commit(String sent) {
        KafkaTransaction current = transaction;
        if (current == null) {
            throw new IllegalStateException("No transaction was begun");
        }
        Throwable unrecorded = null;
        try {
            current.record(name, sent);
        } catch (KafkaException e) {
            unrecorded = KafkaTransaction.unrecorded(e);
        }
        Throwable failure = current.awaitAnswers();
        if (failure == null) {
            failure = unrecorded;
        }
        if (failure != null) {
            abort();
            return failure;
        }
        try {
            open().commitTransaction();
            return null;
        } catch (KafkaException e) {
            throw lost(e);
        }
    }

    /**
     * Aborts it.
     *
     * @throws LostException if the brokers do not confirm that
     */
    public void abort() {
        try {
            open().abortTransaction();
        } catch (KafkaException e) {
            throw lost(e);
        }
    }

    /**
     * Returns when nothing more can arrive under the name, and all that did can be read.
     *
     * @throws KafkaException if the brokers do not answer
     * @throws ConfigurationException if a right is missing
     */
    public void fence(String former) {
        permitted(() -> log().fence(former));
    }

    /**
     * What names that begin so have sent last, as it was given to {@link #commit}.
     *
     * @throws KafkaException if the brokers do not answer
     * @throws ConfigurationException if a right is missing
     */
    public Map<String, String> read(String prefix) {
        Map<String, String> latest = new HashMap<>();
        permitted(() -> latest.putAll(log().read(prefix)));
        return latest;
    }

    /** Waits for nothing that is under way, for there is nothing. */
    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSING);
            producer = null;
        }
    }

    private Producer<Object, Object> open() {
        if (producer == null) {
            throw new IllegalStateException("It is not open");
        }
        return producer;
    }

    private static void permitted(Runnable question) {
        try {
            question.run();
        } catch (AuthorizationException e) {
            // Without the cause here and below, for that would be all that is shown of it.
            throw new ConfigurationException("exactlyOnce of outbox: is not authorized in Kafka (" + e.getMessage()
                    + "): grant CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ and WRITE on the topic "
                    + RelayLog.TOPIC
                    + ", and WRITE and DESCRIBE on transactional ids with the prefix headgate/, or leave it out");
        }
    }

    private LostException lost(KafkaException e) {
        open().close(Duration.ZERO);
        producer = null;
        return new LostException(
                "The relay has lost its place in Kafka, because it stood still and another one took over its shards, or"
                        + " because the brokers did not say how a transaction ended. It asks them what has arrived and"
                        + " goes on behind that: "
                        + e);
    }

    private RelayLog log() {
        if (log == null) {
            log = new RelayLog(properties());
        }
        return log;
    }

    private Properties properties() {
        if (properties == null) {
            Properties made = endpoint.getConfiguration().createProducerProperties();
            endpoint.updateClassProperties(made);
            String brokers = endpoint.getKafkaClientFactory().getBrokers(endpoint.getConfiguration());
            if (brokers != null) {
                made.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
            }
            properties = made;
        }
        return properties;
    }
}
