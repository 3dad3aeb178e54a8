package dev.headgate.message;

import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.jspecify.annotations.Nullable;

/** What a step of a route is called, so that a person finds it: by its id, or by what it is and the line that has it. */
public final class StepName {

    private StepName() {}

    /** Such as {@code orders-validate}, or {@code unmarshal at orders.camel.yaml:23} where its file gives it no id. */
    public static String of(CamelContext context, String nodeId) {
        ProcessorDefinition<?> step = step(context, nodeId);
        if (step == null || hasOwnId(step)) {
            return nodeId;
        }
        String place = place(step);
        return place.isEmpty() ? what(step) + ", " + nodeId : what(step) + " at " + place;
    }

    /** Such as {@code orders-state (to[sql/orders-state.sql] at orders.camel.yaml:31)}. */
    public static String withPlace(CamelContext context, String nodeId) {
        ProcessorDefinition<?> step = step(context, nodeId);
        if (step == null || !hasOwnId(step)) {
            return of(context, nodeId);
        }
        String place = place(step);
        return "%s (%s%s)".formatted(nodeId, what(step), place.isEmpty() ? "" : " at " + place);
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
        return step.getLineNumber() > 0 ? name + ":" + step.getLineNumber() : name;
    }
}
