package dev.headgate.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.model.Model;
import org.apache.camel.model.PolicyDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.TransactedDefinition;
import org.apache.camel.spi.Resource;
import org.jspecify.annotations.Nullable;

/** What a step of a route is called, so that a person finds it: by its id, or by what it is and the line that has it. */
public final class StepName {

    /** Of the steps that have failed: they may fail by the thousand, and each name is read from a file. */
    private static final Map<ProcessorDefinition<?>, String> KNOWN = Collections.synchronizedMap(new WeakHashMap<>());

    private StepName() {}

    /** Such as {@code orders-validate}, or {@code unmarshal at orders.camel.yaml:23} where its file gives it no id. */
    public static String of(CamelContext context, String nodeId) {
        ProcessorDefinition<?> step = step(context, nodeId);
        if (step == null || hasOwnId(step)) {
            return nodeId;
        }
        return KNOWN.computeIfAbsent(step, unnamed -> {
            String place = place(unnamed);
            return place.isEmpty() ? what(unnamed) + ", " + nodeId : what(unnamed) + " at " + place;
        });
    }

    /** Such as {@code orders-state (to[sql/orders-state.sql] at orders.camel.yaml:31)}. */
    public static String withPlace(CamelContext context, String nodeId) {
        ProcessorDefinition<?> step = step(context, nodeId);
        if (step == null || !hasOwnId(step)) {
            return of(context, nodeId);
        }
        return KNOWN.computeIfAbsent(step, named -> {
            String place = place(named);
            return "%s (%s%s)".formatted(nodeId, what(named), place.isEmpty() ? "" : " at " + place);
        });
    }

    /** Whether it is the step of its route that a message comes to first; those that only hold others do not count. */
    public static boolean isFirst(NamedNode step) {
        RouteDefinition route = step instanceof ProcessorDefinition<?> definition
                ? ProcessorDefinitionHelper.getRoute(definition)
                : null;
        return route != null && first(route.getOutputs()) == step;
    }

    private static @Nullable ProcessorDefinition<?> first(List<ProcessorDefinition<?>> outputs) {
        for (ProcessorDefinition<?> output : outputs) {
            boolean holds = output instanceof TransactedDefinition || output instanceof PolicyDefinition;
            ProcessorDefinition<?> first = holds ? first(output.getOutputs()) : output.isAbstract() ? null : output;
            if (first != null) {
                return first;
            }
        }
        return null;
    }

    private static @Nullable ProcessorDefinition<?> step(CamelContext context, String nodeId) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        return model == null ? null : model.getProcessorDefinition(nodeId);
    }

    private static boolean hasOwnId(ProcessorDefinition<?> step) {
        return step.hasCustomIdAssigned();
    }

    private static String what(ProcessorDefinition<?> step) {
        String target = target(step);
        return target == null ? step.getShortName() : "%s[%s]".formatted(step.getShortName(), target);
    }

    /** Of a file the end of its path; without parameters, which may be long, or secret. */
    private static @Nullable String target(ProcessorDefinition<?> step) {
        String uri = null;
        if (step instanceof SendDefinition<?> send) {
            uri = send.getUri();
        } else if (step instanceof ToDynamicDefinition dynamic) {
            uri = dynamic.getUri();
        }
        return uri == null
                ? null
                : uri.replaceFirst("[?].*", "").replaceFirst("^sql:(?:file|classpath):.*?([^/:]+/)?([^/:]+)$", "$1$2");
    }

    private static String place(ProcessorDefinition<?> step) {
        String file = step.getLocation();
        if (file == null) {
            return "";
        }
        String name = file.replaceFirst("^.*[/:]", "");
        RouteDefinition route = ProcessorDefinitionHelper.getRoute(step);
        return step.getLineNumber() > 0 ? name + ":" + line(route == null ? null : route.getResource(), step) : name;
    }

    /**
     * The line of a step in its file. Camel says the line before the one on which the options of a step begin: that of the step
     * where they are on lines of their own, the one before it where they follow on the same line.
     */
    public static int line(@Nullable Resource file, NamedNode step) {
        int said = step.getLineNumber();
        if (file == null) {
            return said;
        }
        try (InputStream stream = file.getInputStream()) {
            List<String> lines = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            String name = "\\b" + Pattern.quote(step.getShortName()) + "\\b";
            boolean isNext = said < lines.size()
                    && !Pattern.compile(name + ":\\s*(#.*)?$")
                            .matcher(lines.get(said - 1))
                            .find()
                    && Pattern.compile(name).matcher(lines.get(said)).find();
            return isNext ? said + 1 : said;
        } catch (IOException e) {
            return said;
        }
    }
}
