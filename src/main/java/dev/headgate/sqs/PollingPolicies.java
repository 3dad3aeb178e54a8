package dev.headgate.sqs;

import dev.headgate.backpressure.AcknowledgeListener;
import dev.headgate.backpressure.InflightLimit;
import dev.headgate.backpressure.InflightRoutePolicy;
import dev.headgate.message.ReplaySeal;
import org.apache.camel.Endpoint;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.support.ScheduledPollEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Gives every route that polls its source ({@code aws2-sqs:}, {@code sql:}, {@code file:}) its one policy: it puts the
 * route under the inflight limit, and one that consumes from {@code aws2-sqs:} under Headgate's acknowledgement too, with
 * whatever client the endpoint was configured with. A Kafka consumer obeys the same limit by itself: suspending it would
 * read again all that is in flight.
 */
public final class PollingPolicies {

    private final InflightLimit limit;
    private final AcknowledgeListener listener;
    private final ReplaySeal seal;

    /**
     * @param limit the limit shared by all sources of the process
     * @param seal recognises replays
     */
    public PollingPolicies(InflightLimit limit, AcknowledgeListener listener, ReplaySeal seal) {
        this.seal = seal;
        this.limit = limit;
        this.listener = listener;
    }

    /** The policy of a route from that source, null if it does not poll. */
    public @Nullable RoutePolicy policy(String routeId, Endpoint source) {
        if (source instanceof Sqs2Endpoint) {
            return new SqsRoutePolicy(limit.source(routeId), listener, seal);
        }
        return source instanceof ScheduledPollEndpoint ? new InflightRoutePolicy(limit.source(routeId)) : null;
    }
}
