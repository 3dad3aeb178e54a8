package dev.headgate.cli.command;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.PropertyBindingException;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Says in one sentence which file, route or property kept Camel from starting. */
final class CamelFailures {

    private static final Pattern PLACEHOLDER = Pattern.compile("Property with key \\[([^]]+)] not found");
    private static final Pattern UNKNOWN_PARAMETERS =
            Pattern.compile("Failed to resolve endpoint: ([^?\\s]+).*Unknown parameters=\\[\\{(.*)}]", Pattern.DOTALL);
    private static final Pattern AT_STEP = Pattern.compile("at: >>> (.*) <<< in route: ", Pattern.DOTALL);
    private static final Pattern RESOURCE = Pattern.compile("resource: file:(\\S+)");

    private CamelFailures() {}

    /** Empty if the failure is none of Camel's. */
    static Optional<String> sentence(Throwable failure) {
        MarkedYamlEngineException yaml = cause(failure, MarkedYamlEngineException.class);
        if (yaml != null) {
            return Optional.of(yaml(yaml));
        }
        PropertyBindingException property = cause(failure, PropertyBindingException.class);
        if (property != null && property.getOptionPrefix() != null) {
            return Optional.of(property(property));
        }
        String where = where(failure);
        return where.isEmpty() ? Optional.empty() : Optional.of(where + ": " + reason(failure));
    }

    private static String yaml(MarkedYamlEngineException e) {
        String place = e.getProblemMark()
                .map(mark -> "%s, line %d, column %d"
                        .formatted(mark.getName().replaceFirst("^file:", ""), mark.getLine() + 1, mark.getColumn() + 1))
                .orElse("a route file");
        String problem = e.getProblem() == null ? Failures.innermost(e) : e.getProblem();
        return "YAML error in " + place + ": " + Failures.oneLine(problem) + ".";
    }

    /** Without the value, which may be a password. */
    private static String property(PropertyBindingException e) {
        String name = e.getOptionPrefix().replaceFirst("\\.$", "") + "." + e.getOptionKey();
        return e.getCause() == null
                ? "Camel knows no property " + name + ": check its spelling where it is set."
                : "The property " + name + " has a value that does not fit (" + Failures.innermost(e)
                        + "): correct it.";
    }

    private static String where(Throwable failure) {
        FailedToCreateRouteException create = cause(failure, FailedToCreateRouteException.class);
        if (create != null) {
            return route(create.getRouteId(), create.getLocation(), create.getMessage());
        }
        FailedToStartRouteException start = cause(failure, FailedToStartRouteException.class);
        if (start != null) {
            return route(start.getRouteId(), start.getLocation(), start.getMessage());
        }
        Matcher resource = RESOURCE.matcher(String.valueOf(failure.getMessage()));
        return resource.find() ? "The route file " + resource.group(1) + " cannot be loaded" : "";
    }

    private static String route(@Nullable String id, @Nullable String location, @Nullable String message) {
        String route = id == null ? "A route" : "The route '" + id + "'";
        String file = location == null ? "" : " in " + location.replaceFirst("^file:", "");
        Matcher step = AT_STEP.matcher(String.valueOf(message));
        return route + file + " cannot be started" + (step.find() ? ", at its step " + step.group(1) : "");
    }

    private static String reason(Throwable failure) {
        String all = messages(failure);
        Matcher placeholder = PLACEHOLDER.matcher(all);
        if (placeholder.find()) {
            String name = placeholder.group(1);
            return "the placeholder {{%s}} has no value; set %s in application.properties.".formatted(name, name);
        }
        Matcher parameters = UNKNOWN_PARAMETERS.matcher(all);
        if (parameters.find()) {
            String names = parameters.group(2).replaceAll("=[^,]*", "");
            return "%s has no parameter %s; check the spelling.".formatted(parameters.group(1), names);
        }
        NoSuchEndpointException endpoint = cause(failure, NoSuchEndpointException.class);
        if (endpoint != null) {
            return "there is no component for the URI " + endpoint.getUri() + "; check the spelling of its scheme.";
        }
        return Failures.innermost(failure);
    }

    private static String messages(Throwable failure) {
        StringBuilder messages = new StringBuilder();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            messages.append(e.getMessage()).append('\n');
        }
        return messages.toString();
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (type.isInstance(e)) {
                return type.cast(e);
            }
        }
        return null;
    }
}
