package dev.headgate.batch;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.jspecify.annotations.Nullable;

/** Remembers which step of a batch's route has failed: Camel itself has forgotten it when the route ends. Thread-safe. */
final class FailedStep implements InterceptStrategy {

    private static final String PROPERTY = "HeadgateFailedStep";

    /** The id of the innermost step that failed in this exchange; null if none did. */
    static @Nullable String of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, String.class);
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        return isOfBatch(context, definition) ? new Watched(definition.getId(), target) : target;
    }

    static boolean isOfBatch(CamelContext context, NamedNode definition) {
        RouteDefinition route =
                definition instanceof ProcessorDefinition<?> step ? ProcessorDefinitionHelper.getRoute(step) : null;
        FromDefinition from = route == null ? null : route.getInput();
        return from != null
                && context.resolvePropertyPlaceholders(String.valueOf(from.getEndpointUri()))
                        .startsWith("batch:");
    }

    private static final class Watched extends DelegateAsyncProcessor {

        private final String id;

        Watched(String id, Processor step) {
            super(step);
            this.id = id;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            return super.process(exchange, doneSync -> {
                if (exchange.getException() != null && of(exchange) == null) {
                    exchange.setProperty(PROPERTY, id);
                }
                callback.done(doneSync);
            });
        }
    }
}
