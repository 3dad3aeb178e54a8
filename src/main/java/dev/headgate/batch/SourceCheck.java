package dev.headgate.batch;

import dev.headgate.ConfigurationException;
import org.apache.camel.Route;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.spi.Resource;
import org.apache.camel.util.ObjectHelper;

/**
 * Refuses, at its start, a route that leads to {@code batch:} from a source whose messages would not be known again: by
 * another name at another start, or in another consumer group.
 */
final class SourceCheck {

    private SourceCheck() {}

    /**
     * Looks at a route that is built and not yet started.
     *
     * @throws ConfigurationException names the route, its file and the remedy
     */
    static void check(Route route) {
        if (!"true".equals(route.getProperties().get(Route.CUSTOM_ID_PROPERTY))) {
            throw new ConfigurationException("%s has no id. The ledger knows its messages by the id of their route, and"
                            .formatted(what("The route", route))
                    + " Camel would number the route by what else is there and where: write one, such as id: orders.");
        }
        if (route.getEndpoint() instanceof KafkaEndpoint kafka
                && ObjectHelper.isEmpty(kafka.getConfiguration().getGroupId())) {
            throw new ConfigurationException(
                    "%s has no groupId, or an empty one, as from a variable that is not set. Kafka"
                                    .formatted(what("Route " + route.getRouteId(), route))
                            + " would give it another group at each start, which reads all again: set parameters: { groupId: ... }.");
        }
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
