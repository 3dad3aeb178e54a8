package dev.headgate.batch;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Expression;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Collect messages into batches that are written and acknowledged as one, each in one database transaction.
 *
 * <p>A source's route sends to {@code batch:name}, which takes over the completions of its exchanges. The route that
 * consumes from {@code batch:name} gets a {@link Batch} as body, one thread a lane: its transaction has begun and its keys
 * are claimed when the first step sees it, and it commits after the last.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "batch",
        title = "Batch",
        syntax = "batch:name",
        category = {Category.CORE, Category.MESSAGING})
public class BatchEndpoint extends DefaultEndpoint {

    @UriPath(description = "The name that the sending and the consuming routes share.")
    @Metadata(required = true)
    private final String name;

    @UriParam
    private final BatchConfiguration configuration;

    public BatchEndpoint(String uri, BatchComponent component, String name, BatchConfiguration configuration) {
        super(uri, component);
        this.name = name;
        this.configuration = configuration;
    }

    @Override
    public BatchComponent getComponent() {
        return (BatchComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        return new BatchProducer(this, simple(configuration.getOrderBy()), simple(configuration.getKeyBy()));
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        try {
            configuration.check();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("batch:" + name + ": " + e.getMessage(), e);
        }
        BatchConsumer consumer = new BatchConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    private @Nullable Expression simple(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Expression expression = getCamelContext().resolveLanguage("simple").createExpression(text);
        expression.init(getCamelContext());
        return expression;
    }

    public String getName() {
        return name;
    }

    public BatchConfiguration getConfiguration() {
        return configuration;
    }
}
