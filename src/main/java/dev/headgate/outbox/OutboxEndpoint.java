package dev.headgate.outbox;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Relay the pending entries of one destination of the table {@code headgate.outbox}, in bulk and in order per key.
 *
 * <p>Each exchange has a {@code List} of exchanges as its body, one for each entry: the payload as {@code byte[]} (or null),
 * the headers {@code kafka.KEY}, {@code message-id}, {@code content-type} and the entry's own. With {@code concurrency} each
 * exchange is one such entry. An exchange that ends without an
 * exception, also one whose exception was handled by the route, counts as delivered. A Kafka producer behind it needs
 * {@code batchWithIndividualHeaders=true} and the {@code ByteArraySerializer} for values.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "outbox",
        title = "Outbox",
        syntax = "outbox:destination",
        consumerOnly = true,
        headersClass = OutboxHeaders.class,
        category = {Category.DATABASE, Category.MESSAGING})
public class OutboxEndpoint extends DefaultEndpoint {

    @UriPath(description = "Value of the column destination whose entries are relayed.")
    @Metadata(required = true)
    private final String destination;

    @UriParam
    private final OutboxConfiguration configuration = new OutboxConfiguration();

    public OutboxEndpoint(String uri, OutboxComponent component, String destination) {
        super(uri, component);
        this.destination = destination;
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException("outbox:" + destination
                + " can only be consumed from: entries are written by SQL, in the transaction of their state change");
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        OutboxConsumer consumer = new OutboxConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public OutboxComponent getComponent() {
        return (OutboxComponent) super.getComponent();
    }

    public String getDestination() {
        return destination;
    }

    public OutboxConfiguration getConfiguration() {
        return configuration;
    }
}
