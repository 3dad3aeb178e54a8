package dev.headgate.batch;

import dev.headgate.message.StepName;
import org.apache.camel.NamedNode;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;

/** Where a step stands, for those who have to change it: its route, its file and its line, as far as Camel knows them. */
final class StepPlace {

    private StepPlace() {}

    /** Such as {@code Route orders, step validate (to) in orders.camel.yaml line 12}. */
    static String of(RouteDefinition route, ProcessorDefinition<?> step) {
        String id = step.getId() == null || !step.hasCustomIdAssigned() ? "" : " " + step.getId();
        return "Route %s, step%s (%s)%s".formatted(route.getId(), id, step.getShortName(), in(route, step));
    }

    /** Such as {@code orders in orders.camel.yaml line 3}. */
    static String of(RouteDefinition route) {
        return route.getId() + in(route, route.getInput());
    }

    private static String in(RouteDefinition route, NamedNode node) {
        Resource file = route.getResource();
        String location = node.getLocation() == null && file != null ? file.getLocation() : node.getLocation();
        if (location == null) {
            return "";
        }
        String name = location.replaceFirst("^.*[/:]", "");
        return " in " + name + (node.getLineNumber() > 0 ? " line " + StepName.line(file, node) : "");
    }
}
