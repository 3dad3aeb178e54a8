package dev.headgate.backpressure;

import java.util.List;
import java.util.OptionalDouble;
import org.apache.camel.CamelContext;
import org.apache.camel.Expression;
import org.apache.camel.Route;
import org.apache.camel.processor.TotalRequestsThrottler;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.builder.ExpressionBuilder;

/**
 * The throttles of a route, those of a rate, as they are at each call: a route that was replaced has other ones.
 * Thread-safe.
 */
public final class RouteThrottle {

    private final CamelContext context;
    private final String routeId;

    public RouteThrottle(CamelContext context, String routeId) {
        this.context = context;
        this.routeId = routeId;
    }

    /** The lowest rate, in messages a second; empty if the route has no throttle, or an expression gives its rate. */
    public OptionalDouble rate() {
        return throttles().stream()
                .map(this::rate)
                .flatMapToDouble(OptionalDouble::stream)
                .min();
    }

    /**
     * Lets so many messages a second pass from the next one on, until the route ends.
     *
     * @throws IllegalArgumentException if it is not above 0, or the route has no throttle
     */
    public void setRate(double messagesPerSecond) {
        if (!(messagesPerSecond > 0) || Double.isInfinite(messagesPerSecond)) {
            throw new IllegalArgumentException("the rate must be above 0, in messages a second, found "
                    + messagesPerSecond + ": to take none, pause the pipeline");
        }
        List<TotalRequestsThrottler> throttles = throttles();
        if (throttles.isEmpty()) {
            throw new IllegalArgumentException(
                    "the route %s has no throttle: give it the step `throttle: { constant: 1000 }`".formatted(routeId));
        }
        ThrottleRate rate = ThrottleRate.ofMessagesPerSecond(messagesPerSecond);
        for (TotalRequestsThrottler throttle : throttles) {
            throttle.setMaximumRequestsExpression(ExpressionBuilder.constantExpression(rate.messages()));
            throttle.setTimePeriodMillis(rate.millis());
        }
    }

    private OptionalDouble rate(TotalRequestsThrottler throttle) {
        Expression messages = throttle.getMaximumRequestsExpression();
        Long most;
        try {
            most = messages == null ? null : messages.evaluate(new DefaultExchange(context), Long.class);
        } catch (RuntimeException needsAMessage) {
            most = null;
        }
        return most == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(new ThrottleRate(most, throttle.getTimePeriodMillis()).messagesPerSecond());
    }

    private List<TotalRequestsThrottler> throttles() {
        Route route = context.getRoute(routeId);
        return route == null
                ? List.of()
                : route.filter("*").stream()
                        .filter(TotalRequestsThrottler.class::isInstance)
                        .map(TotalRequestsThrottler.class::cast)
                        .toList();
    }
}
