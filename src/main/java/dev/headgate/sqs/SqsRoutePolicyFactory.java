package dev.headgate.sqs;

import dev.headgate.backpressure.AcknowledgeListener;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.jspecify.annotations.Nullable;

/**
 * Puts every route that consumes from {@code aws2-sqs:} under Headgate's acknowledgement: it works with whatever client
 * the endpoint was configured with, and closes it with the endpoint.
 */
public final class SqsRoutePolicyFactory implements RoutePolicyFactory {

    private final AcknowledgeListener listener;

    public SqsRoutePolicyFactory(AcknowledgeListener listener) {
        this.listener = listener;
    }

    @Override
    public @Nullable RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        return route instanceof RouteDefinition definition
                        && context.getEndpoint(definition.getEndpointUrl()) instanceof Sqs2Endpoint
                ? new SqsRoutePolicy(listener)
                : null;
    }
}
