package dev.headgate.batch;

import dev.headgate.Finding;
import dev.headgate.message.StepName;
import org.apache.camel.NamedNode;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;

/** Where a step stands, for those who have to change it: its route, its file and its line, as far as Camel knows them. */
final class StepPlace {

    private StepPlace() {}

    /** Of a step: {@code Route orders, step validate (to)}, and what is wrong with it. */
    static Finding finding(RouteDefinition route, ProcessorDefinition<?> step, String what, String remedy) {
        String id = step.getId() == null || !step.hasCustomIdAssigned() ? "" : " " + step.getId();
        return at(
                route, step, "Route %s, step%s (%s)%s".formatted(route.getId(), id, step.getShortName(), what), remedy);
    }

    /** Of a whole route. */
    static Finding finding(RouteDefinition route, String what, String remedy) {
        return at(route, route.getInput(), what, remedy);
    }

    /** Such as {@code orders in orders.camel.yaml line 3}. */
    static String of(RouteDefinition route) {
        String file = file(route, route.getInput()).replaceFirst("^.*[/:]", "");
        int line = line(route, route.getInput());
        return route.getId() + (file.isEmpty() ? "" : " in " + file) + (line > 0 ? " line " + line : "");
    }

    private static Finding at(RouteDefinition route, NamedNode node, String what, String remedy) {
        return Finding.error(file(route, node).replaceFirst("^file:", ""), line(route, node), 0, what, remedy);
    }

    private static String file(RouteDefinition route, NamedNode node) {
        Resource file = route.getResource();
        String location = node.getLocation() == null && file != null ? file.getLocation() : node.getLocation();
        return location == null ? "" : location;
    }

    private static int line(RouteDefinition route, NamedNode node) {
        return node.getLineNumber() > 0 ? StepName.line(route.getResource(), node) : 0;
    }
}
