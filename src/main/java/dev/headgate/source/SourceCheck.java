package dev.headgate.source;

import dev.headgate.ConfigurationException;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.spi.Resource;
import org.apache.camel.util.ObjectHelper;

/**
 * Refuses, at its start, a route that leads to {@code batch:} from a source whose messages would be lost, or not known
 * again: by another name at another start, or in another consumer group.
 */
public final class SourceCheck {

    private SourceCheck() {}

    /**
     * Looks at a route that is built and not yet started.
     *
     * @throws ConfigurationException names the route, its file and the remedy
     */
    public static void check(Route route) {
        if (!"true".equals(route.getProperties().get(Route.CUSTOM_ID_PROPERTY))) {
            throw new ConfigurationException("%s has no id. The ledger knows its messages by the id of their route, and"
                            .formatted(what("The route", route))
                    + " Camel would number the route by what else is there and where: write one, such as id: orders.");
        }
        Endpoint source = route.getEndpoint();
        if (source instanceof KafkaEndpoint kafka
                && ObjectHelper.isEmpty(kafka.getConfiguration().getGroupId())) {
            throw new ConfigurationException(
                    "%s has no groupId, or an empty one, as from a variable that is not set. Kafka"
                                    .formatted(what(route))
                            + " would give it another group at each start, which reads all again: set parameters: { groupId: ... }.");
        }
        if (!(source instanceof KafkaEndpoint
                || source instanceof Sqs2Endpoint
                || source.getEndpointUri().startsWith("job:"))) {
            throw new ConfigurationException(
                    ("%s leads to batch:, and its source takes no acknowledgement after a batch is written, or would deliver"
                                    + " the same message under another name: what is under way when the process dies would be"
                                    + " lost, or applied twice. Send it to: job:NAME instead, which is durable when that step"
                                    + " returns, and lead a route from: job:NAME to batch:. Sources that need no such step are"
                                    + " kafka: and aws2-sqs:.")
                            .formatted(what(route)));
        }
        if (route.getCamelContext()
                .getCamelContextExtension()
                .getExchangeFactory()
                .isPooled()) {
            throw new ConfigurationException(
                    "%s leads to batch:, which keeps its messages after the exchange is done, and the context uses exchanges again:"
                                    .formatted(what(route))
                            + " remove camel.main.exchangeFactory=pooled.");
        }
    }

    /** The route as a complaint names it, with its file. */
    static String what(Route route) {
        return what("Route " + route.getRouteId(), route);
    }

    private static String what(String name, Route route) {
        Resource file = route.getSourceResource();
        return "%s from %s%s"
                .formatted(
                        name,
                        route.getEndpoint().getEndpointBaseUri(),
                        file == null ? "" : " in " + file.getLocation().replaceFirst("^file:", ""));
    }
}
