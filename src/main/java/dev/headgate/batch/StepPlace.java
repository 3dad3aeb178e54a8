package dev.headgate.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
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
        int line = node.getLineNumber();
        return " in " + name + (line > 0 ? " line " + (file == null ? line : exact(file, line, node)) : "");
    }

    /** Of a step that is written in one line Camel's YAML names the line before. */
    private static int exact(Resource file, int line, NamedNode node) {
        Pattern name = Pattern.compile("\\b" + Pattern.quote(node.getShortName()) + "\\b");
        try (InputStream stream = file.getInputStream()) {
            List<String> lines = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            boolean next = line < lines.size()
                    && !name.matcher(lines.get(line - 1)).find()
                    && name.matcher(lines.get(line)).find();
            return next ? line + 1 : line;
        } catch (IOException e) {
            return line;
        }
    }
}
