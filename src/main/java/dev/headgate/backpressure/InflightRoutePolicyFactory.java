package dev.headgate.backpressure;

import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.ScheduledPollEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Puts every route that polls its source ({@code aws2-sqs:}, {@code sql:}, {@code file:}) under the inflight limit. A
 * Kafka consumer obeys the same limit by itself: suspending it would read again all that is in flight.
 */
public final class InflightRoutePolicyFactory implements RoutePolicyFactory {

    private final InflightLimit limit;

    /** @param limit the limit shared by all sources of the process */
    public InflightRoutePolicyFactory(InflightLimit limit) {
        this.limit = limit;
    }

    @Override
    public @Nullable RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        return route instanceof RouteDefinition definition
                        && context.getEndpoint(definition.getEndpointUrl()) instanceof ScheduledPollEndpoint
                ? new InflightRoutePolicy(limit.source(routeId))
                : null;
    }
}
