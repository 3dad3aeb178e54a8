package dev.headgate.manage.status;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.util.URISupport;

/** Which routes feed which: from their definitions. */
final class Topology {

    /** The scheme of an endpoint, and what it points to there; no options, no password. */
    record Place(String scheme, String name) {

        static Place of(String uri) {
            String bare = URISupport.sanitizeUri(uri).replaceFirst("\\?.*", "");
            int colon = bare.indexOf(':');
            if (colon < 0) {
                return new Place(bare, "");
            }
            String scheme = bare.substring(0, colon);
            String name = bare.substring(colon + 1).replaceFirst("^//", "");
            // The path of a webhook is its secret.
            return new Place(scheme, scheme.startsWith("http") ? name.replaceFirst("/.*", "") : name);
        }
    }

    private final CamelContext context;

    Topology(CamelContext context) {
        this.context = context;
    }

    /** Where the route takes its messages from. */
    Optional<Place> source(String routeId) {
        return route(routeId).map(route -> place(route.getInput().getEndpointUri()));
    }

    /** The names of the batches that the route hands messages to. */
    Set<String> batches(String routeId) {
        Set<String> names = new TreeSet<>();
        route(routeId).ifPresent(route -> targets(route, new HashSet<>()).stream()
                .filter(target -> target.scheme().equals("batch"))
                .forEach(target -> names.add(target.name())));
        return names;
    }

    /** Where the routes that consume from such an endpoint send to; a place in a table or a file is only its scheme. */
    Collection<Place> targets(String scheme, String name) {
        Collection<Place> places = new ArrayList<>();
        for (RouteDefinition route : model().getRouteDefinitions()) {
            if (place(route.getInput().getEndpointUri()).equals(new Place(scheme, name))) {
                targets(route, new HashSet<>()).stream()
                        .map(place -> place.scheme().equals("sql") ? new Place("sql", "") : place)
                        .filter(place -> !places.contains(place))
                        .forEach(places::add);
            }
        }
        return places;
    }

    /** Through {@code direct:} too. */
    private List<Place> targets(RouteDefinition route, Set<String> visited) {
        List<Place> targets = new ArrayList<>();
        if (!visited.add(String.valueOf(route.getRouteId()))) {
            return targets;
        }
        List<ProcessorDefinition<?>> steps = route.getOutputs();
        for (ToDefinition to : ProcessorDefinitionHelper.filterTypeInOutputs(steps, ToDefinition.class)) {
            Place place = place(to.getEndpointUri());
            if (place.scheme().equals("direct")) {
                model().getRouteDefinitions().stream()
                        .filter(next -> place(next.getInput().getEndpointUri()).equals(place))
                        .forEach(next -> targets.addAll(targets(next, visited)));
            } else {
                targets.add(place);
            }
        }
        return targets;
    }

    private Optional<RouteDefinition> route(String routeId) {
        return Optional.ofNullable(model().getRouteDefinition(routeId));
    }

    private Place place(String uri) {
        return Place.of(context.resolvePropertyPlaceholders(uri));
    }

    private Model model() {
        return context.getCamelContextExtension().getContextPlugin(Model.class);
    }
}
