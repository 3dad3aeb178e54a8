package dev.headgate.app;

import dev.headgate.failure.Diagnosis;
import dev.headgate.failure.FailureLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes that a timer starts. What fails is done at a later tick; the log gets a line at first and then one a minute. */
abstract class UpkeepRoutes extends RouteBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(UpkeepRoutes.class);

    /**
     * Adds a route.
     *
     * @param pause from the end of one run to the beginning of the next
     * @param steps adds what a run does
     */
    void each(Duration pause, String routeId, String description, Consumer<ProcessorDefinition<?>> steps) {
        FailureLog failures = new FailureLog(LOG, routeId, InstantSource.system(), Diagnosis.in(getContext()));
        RouteDefinition route = from("timer:" + routeId + "?fixedRate=false&period=" + pause.toMillis())
                .routeId(routeId)
                .routeDescription(description);
        route.onException(Exception.class)
                .handled(true)
                .process(exchange -> failures.failed(caught(exchange), "it is done later"))
                .end();
        steps.accept(route);
        route.process(exchange -> failures.over());
    }

    private static Throwable caught(Exchange exchange) {
        return exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
    }
}
