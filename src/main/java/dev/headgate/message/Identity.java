package dev.headgate.message;

import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger knows a message by: its key within its pipeline, and what it holds. Two are equal if pipeline and key
 * are, whatever they hold, so that a map from identities to themselves tells what the known one holds. Immutable.
 */
public final class Identity {

    /** The exchange property in which the ledger leaves the identity that it was asked about. */
    public static final String PROPERTY = "HeadgateIdentity";

    /** The exchange property in which a key expression leaves what it returned, if that is no id's own text. */
    private static final String STORABLE = "HeadgateStorableKey";

    private final String pipeline;
    private final String key;
    private final long content;

    /**
     * Of a key that is storable.
     *
     * @param pipeline the id of the route that consumes the source
     * @param content see {@link Content}
     */
    public Identity(String pipeline, String key, long content) {
        this.pipeline = pipeline;
        this.key = key;
        this.content = content;
    }

    /**
     * What the message of an exchange is known by.
     *
     * @param evaluated what an expression on this exchange has returned as its id; nothing, or an empty text, for the
     *     place that it came from
     */
    public static Identity of(Exchange exchange, @Nullable String evaluated) {
        String route = exchange.getFromRouteId();
        return new Identity(route == null ? "unknown" : route, key(exchange, evaluated), Content.of(exchange));
    }

    private static String key(Exchange exchange, @Nullable String evaluated) {
        if (evaluated == null || evaluated.isEmpty()) {
            return StorableKey.ofPosition(SourcePosition.of(exchange).toString());
        }
        return evaluated.equals(exchange.getProperty(STORABLE, String.class))
                ? evaluated
                : Part.key(exchange, evaluated, StorableKey.withTopic(topic(exchange), StorableKey.ofId(evaluated)));
    }

    /** For an expression whose message has no id: the position, told from an id that reads the same. */
    static String position(Exchange exchange) {
        return told(exchange, StorableKey.ofPosition(SourcePosition.of(exchange).toString()));
    }

    /** For an expression whose id is bytes, told from a text that reads like their form. */
    static String id(Exchange exchange, byte[] bytes) {
        String key = StorableKey.withTopic(topic(exchange), StorableKey.ofId(bytes));
        return told(exchange, Part.key(exchange, Headers.text(bytes), key));
    }

    private static String told(Exchange exchange, String storable) {
        exchange.setProperty(STORABLE, storable);
        return storable;
    }

    /** The topic, where the route reads several; else null. */
    private static @Nullable String topic(Exchange exchange) {
        Endpoint source = exchange.getFromEndpoint();
        if (!(source instanceof KafkaEndpoint kafka)) {
            return null;
        }
        KafkaConfiguration reads = kafka.getConfiguration();
        boolean several = reads.isTopicIsPattern() || reads.getTopic().indexOf(',') >= 0;
        return several && SourcePosition.of(exchange).whole() instanceof SourcePosition.Kafka position
                ? position.topic()
                : null;
    }

    public String pipeline() {
        return pipeline;
    }

    /** As the table holds it. */
    public String key() {
        return key;
    }

    /** See {@link Content}. */
    public long content() {
        return content;
    }

    /** Whether the other is known to hold something else. */
    public boolean hasOtherContent(Identity other) {
        return content != other.content && content != Content.UNKNOWN && other.content != Content.UNKNOWN;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Identity other && key.equals(other.key) && pipeline.equals(other.pipeline);
    }

    @Override
    public int hashCode() {
        return 31 * pipeline.hashCode() + key.hashCode();
    }

    @Override
    public String toString() {
        return pipeline + " " + key;
    }
}
