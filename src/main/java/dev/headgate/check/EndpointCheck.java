package dev.headgate.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.Finding;
import dev.headgate.Nearest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.camel.CamelContext;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.util.TimeUtils;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Compares endpoints with what their components publish about themselves: Camel's and Headgate's alike. Whether a component
 * takes an endpoint at all, it is asked itself, elsewhere.
 */
final class EndpointCheck {

    /** What is said begins with it, or contains it. */
    static final String NO_COMPONENT = "no component has the scheme ";

    static final String NO_OPTION = ": has no option ";

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][\\w+.-]*):.*", Pattern.DOTALL);
    private static final Pattern SQL_OPTIONS = Pattern.compile("\\?((?:[\\w.]+=[^&?\\s]*)(?:&[\\w.]+=[^&?\\s]*)*)$");

    private final CamelContext context;
    private final Set<String> schemes;
    private final Map<String, JsonNode> known = new LinkedHashMap<>();

    /** @param schemes of all components of Camel and of Headgate, for those who misspell one */
    EndpointCheck(CamelContext context, Set<String> schemes) {
        this.context = context;
        this.schemes = new TreeSet<>(schemes);
    }

    List<Finding> findings(RouteYaml file, RouteFile.Endpoint endpoint) {
        List<Finding> findings = new ArrayList<>();
        if (endpoint.isDynamic()) {
            return findings;
        }
        String uri = resolved(endpoint.uri().getValue());
        Matcher scheme = SCHEME.matcher(uri);
        if (uri.contains(PropertiesComponent.PREFIX_TOKEN)) {
            return findings;
        }
        if (!scheme.matches()) {
            findings.add(file.finding(
                    endpoint.uri(), "'%s' is no endpoint".formatted(uri), "write SCHEME:NAME, such as batch:orders."));
            return findings;
        }
        String name = scheme.group(1);
        JsonNode component = component(name);
        if (component == null) {
            findings.add(file.finding(
                    endpoint.uri(),
                    NO_COMPONENT + name,
                    Nearest.to(name, schemes)
                            .map(near -> schemes.contains(near) && component(near) != null
                                    ? "did you mean %s?".formatted(near)
                                    : "%s is one of Camel's: ".formatted(near) + PluginCheck.REMEDY)
                            .orElse("check the spelling.")));
            return findings;
        }
        JsonNode self = component.path("component");
        if (endpoint.isConsumed() && self.path("producerOnly").asBoolean()) {
            findings.add(file.finding(
                    endpoint.uri(),
                    "nothing comes from the component %s".formatted(name),
                    "put it into a step, to: %s.".formatted(uri)));
        } else if (!endpoint.isConsumed() && self.path("consumerOnly").asBoolean()) {
            findings.add(file.finding(
                    endpoint.uri(),
                    "nothing can be sent to the component %s".formatted(name),
                    name.equals("outbox")
                            ? "write entries by SQL, insert into headgate.outbox, in the route that consumes the batch."
                            : "begin a route with it, from: %s.".formatted(uri)));
        }
        Map<ScalarNode, Node> parameters = parameters(endpoint);
        parameters.forEach((key, value) ->
                option(file, name, component, endpoint, key, key.getValue(), value, value(value), findings));
        query(name, uri)
                .forEach((option, value) -> option(
                        file, name, component, endpoint, endpoint.uri(), option, endpoint.uri(), value, findings));
        return findings;
    }

    private static Map<ScalarNode, Node> parameters(RouteFile.Endpoint endpoint) {
        Map<ScalarNode, Node> parameters = new LinkedHashMap<>();
        if (endpoint.parameters() != null) {
            for (NodeTuple entry : endpoint.parameters().getValue()) {
                if (entry.getKeyNode() instanceof ScalarNode key) {
                    parameters.put(key, entry.getValueNode());
                }
            }
        }
        return parameters;
    }

    private String value(Node node) {
        return node instanceof ScalarNode text ? resolved(text.getValue()) : "";
    }

    private static Map<String, String> query(String scheme, String uri) {
        Map<String, String> options = new LinkedHashMap<>();
        int mark = uri.indexOf('?');
        String query = mark < 0 ? "" : uri.substring(mark + 1);
        if (scheme.startsWith("sql")) {
            Matcher last = SQL_OPTIONS.matcher(uri);
            query = last.find() ? last.group(1) : "";
        }
        for (String option : query.replaceAll("RAW\\(.*?\\)", "").split("&", -1)) {
            int equals = option.indexOf('=');
            if (equals > 0) {
                options.put(option.substring(0, equals), option.substring(equals + 1));
            }
        }
        return options;
    }

    private void option(
            RouteYaml file,
            String scheme,
            JsonNode component,
            RouteFile.Endpoint endpoint,
            Node at,
            String option,
            Node valueAt,
            String value,
            List<Finding> findings) {
        JsonNode described = described(component, option);
        if (described == null) {
            if (!component.path("component").path("lenientProperties").asBoolean()) {
                Set<String> names = new TreeSet<>();
                component.path("properties").fieldNames().forEachRemaining(names::add);
                findings.add(file.finding(
                        at,
                        scheme + NO_OPTION + "`" + option + "`",
                        Nearest.to(option, names)
                                .map(near -> "did you mean `%s`?".formatted(near))
                                .orElse("take it away, or check its spelling.")));
            }
            return;
        }
        if (described.path("kind").asText().equals("path")
                || value.contains(PropertiesComponent.PREFIX_TOKEN)
                || value.startsWith("#")) {
            return;
        }
        String expected = expected(described, value);
        if (expected != null) {
            findings.add(file.finding(
                    valueAt,
                    "option `%s` of %s: is '%s'"
                            .formatted(option, scheme, described.path("secret").asBoolean() ? "…" : value),
                    expected));
        }
        String label = described.path("label").asText();
        if (!endpoint.isConsumed() && label.startsWith("consumer")) {
            findings.add(file.warning(
                    at,
                    "option `%s` of %s: has no effect where it is sent to".formatted(option, scheme),
                    "move it to the route from: %s:.".formatted(scheme)));
        } else if (endpoint.isConsumed() && label.startsWith("producer")) {
            findings.add(file.warning(
                    at,
                    "option `%s` of %s: has no effect where it is consumed from".formatted(option, scheme),
                    "move it to the step to: %s:.".formatted(scheme)));
        }
    }

    private static @Nullable JsonNode described(JsonNode component, String option) {
        JsonNode properties = component.path("properties");
        if (properties.has(option)) {
            return properties.get(option);
        }
        return StreamSupport.stream(properties.spliterator(), false)
                .filter(property -> property.path("multiValue").asBoolean()
                        && !property.path("prefix").asText().isEmpty()
                        && option.startsWith(property.path("prefix").asText()))
                .findFirst()
                .orElse(null);
    }

    /** What it should be; null if it is. */
    private static @Nullable String expected(JsonNode described, String value) {
        String type = described.path("type").asText();
        if (described.has("enum") && described.path("enum").isArray()) {
            List<String> allowed = StreamSupport.stream(described.path("enum").spliterator(), false)
                    .map(JsonNode::asText)
                    .toList();
            return allowed.stream().anyMatch(one -> plain(one).equals(plain(value)))
                    ? null
                    : Nearest.to(value, allowed)
                                    .map(near -> "did you mean '%s'? ".formatted(near))
                                    .orElse("") + "Expected is one of " + String.join(", ", allowed) + ".";
        }
        return switch (type) {
            case "boolean" -> value.matches("(?i)true|false") ? null : "expected is true or false.";
            case "integer" -> isNumber(value, true) ? null : "expected is a whole number.";
            case "number" -> isNumber(value, false) ? null : "expected is a number.";
            case "duration" -> isDuration(value) ? null : "expected is a duration, such as 500ms, 10s or 1h.";
            default -> null;
        };
    }

    private static String plain(String value) {
        return value.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    private static boolean isNumber(String value, boolean whole) {
        return value.matches(whole ? "[-+]?\\d+|\\d+[dhms]+" : "[-+]?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
    }

    private static boolean isDuration(String value) {
        try {
            return value.matches("-?\\d+|P.*")
                    || (value.matches("(\\d+\\s*(ms|[dhms])\\s*)+") && TimeUtils.toMilliSeconds(value) >= 0);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private @Nullable JsonNode component(String scheme) {
        JsonNode component = known.get(scheme);
        if (component == null) {
            component = read(scheme);
            if (component != null) {
                known.put(scheme, component);
            }
        }
        return component;
    }

    private @Nullable JsonNode read(String scheme) {
        try {
            String json = ((CatalogCamelContext) context).getComponentParameterJsonSchema(scheme);
            return json == null ? null : JsonMapper.builder().build().readTree(json);
        } catch (IOException e) {
            return null;
        }
    }

    private String resolved(String written) {
        if (!written.contains(PropertiesComponent.PREFIX_TOKEN)) {
            return written;
        }
        try {
            return context.resolvePropertyPlaceholders(written);
        } catch (IllegalArgumentException e) {
            return written;
        }
    }
}
