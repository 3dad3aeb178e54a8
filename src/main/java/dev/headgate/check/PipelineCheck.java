package dev.headgate.check;

import dev.headgate.ConfigurationException;
import dev.headgate.Finding;
import dev.headgate.Nearest;
import dev.headgate.batch.RouteCheck;
import dev.headgate.schema.SchemaFaults;
import dev.headgate.schema.SchemaFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Language;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * All that is said about the routes of a folder when their files are read and nothing is started: what {@link RouteCheck}
 * says about their steps, and what only the files show.
 */
public final class PipelineCheck {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\??)([^{}:]+)(:[^{}]*)?}}");
    private static final Pattern HAS_FUNCTION = Pattern.compile("\\{\\{(env|sys|service[\\w.]*|secret|base64):.*");
    private static final String SQL = "sql:";
    private static final String SCHEMA = "json-schema:";

    private final CamelContext context;
    private final Properties settings;
    private final Map<Path, Exception> refused;
    private final Set<String> schemes;
    private final EndpointCheck endpoints;
    private final List<Finding> found = new ArrayList<>();
    private final List<RouteFile> files = new ArrayList<>();

    private PipelineCheck(
            CamelContext context, Properties settings, Set<String> schemes, Map<Path, Exception> refused) {
        this.context = context;
        this.settings = settings;
        this.refused = refused;
        this.schemes = schemes;
        this.endpoints = new EndpointCheck(context, schemes);
    }

    /**
     * Looks at the routes of a context that is configured and not started.
     *
     * @param settings all values that placeholders may name
     * @param schemes of all components that there are
     * @param files of routes
     * @param refused those that Camel has not read, and what it said
     */
    public static List<Finding> findings(
            CamelContext context,
            Properties settings,
            Set<String> schemes,
            List<Path> files,
            Map<Path, Exception> refused) {
        PipelineCheck check = new PipelineCheck(context, settings, schemes, refused);
        files.forEach(check::read);
        check.files.forEach(check::look);
        check.ids();
        check.references();
        check.steps();
        check.sources();
        check.found.addAll(new PluginCheck(context).findings(check.routes()));
        check.writes();
        check.schemas();
        return check.found;
    }

    private void read(Path path) {
        RouteYaml yaml = new RouteYaml(path);
        if (yaml.findings().isEmpty()) {
            // What is no YAML was said when the folder was looked through.
            RouteShape shape = new RouteShape(yaml);
            Exception refusal = refused.get(path);
            if (refusal != null) {
                found.addAll(shape.names());
            }
            found.addAll(shape.values());
            if (refusal != null && shape.names().isEmpty()) {
                found.add(Finding.error(
                        path.toString(), 0, 0, "Camel cannot read the file: " + innermost(refusal), "correct it."));
            }
            files.add(RouteFile.of(yaml));
        }
    }

    private void look(RouteFile file) {
        file.texts().forEach(text -> placeholders(file.yaml(), text));
        for (RouteFile.Endpoint endpoint : file.endpoints()) {
            List<Finding> said = new ArrayList<>(endpoints.findings(file.yaml(), endpoint));
            Optional<Finding> refusal =
                    said.stream().anyMatch(finding -> finding.what().startsWith(EndpointCheck.NO_COMPONENT))
                            ? Optional.empty()
                            : refusal(file.yaml(), endpoint);
            if (refusal.isEmpty() && isAsked(endpoint)) {
                // The component knows its options better than its catalog entry.
                said.removeIf(finding -> finding.what().contains(EndpointCheck.NO_OPTION));
            }
            found.addAll(said);
            if (said.stream().allMatch(Finding::warning)) {
                refusal.ifPresent(found::add);
            }
        }
        for (RouteFile.Simple simple : file.expressions()) {
            expression(file.yaml(), simple);
        }
        List<RouteFile.Endpoint> route = new ArrayList<>();
        for (RouteFile.Endpoint endpoint : file.endpoints()) {
            if (endpoint.role().equals("from")) {
                subjects(file.yaml(), route);
                route.clear();
            }
            route.add(endpoint);
        }
        subjects(file.yaml(), route);
    }

    /** Where messages are encoded by a registry, their subject is that of the one topic of the route, or said. */
    private void subjects(RouteYaml yaml, List<RouteFile.Endpoint> route) {
        long topics = route.stream()
                .filter(endpoint -> !endpoint.isConsumed())
                .map(endpoint -> base(endpoint.uri().getValue()))
                .filter(uri -> uri.startsWith("kafka:"))
                .distinct()
                .count();
        for (RouteFile.Endpoint endpoint : route) {
            if (base(endpoint.uri().getValue()).startsWith("encode:")
                    && topics != 1
                    && !endpoint.says("subject")
                    && !endpoint.says("schema")) {
                found.add(yaml.finding(
                        endpoint.uri(),
                        "encode: takes its subject from the one topic that its route sends to, and this one sends to %d"
                                .formatted(topics),
                        "say it, with the option subject."));
            }
        }
    }

    private void placeholders(RouteYaml yaml, ScalarNode text) {
        Matcher placeholder = PLACEHOLDER.matcher(text.getValue());
        while (placeholder.find()) {
            String name = placeholder.group(2).strip();
            boolean optional = !placeholder.group(1).isEmpty() || placeholder.group(3) != null;
            if (!optional
                    && !HAS_FUNCTION.matcher(placeholder.group()).matches()
                    && context.getPropertiesComponent().resolveProperty(name).isEmpty()) {
                String near = Nearest.to(name, own())
                        .map(known -> "did you mean {{%s}}? Else set".formatted(known))
                        .orElse("set");
                found.add(yaml.finding(
                        text,
                        "the placeholder {{%s}} has no value".formatted(name),
                        "%s it in application.properties of the routes folder, or give a default, {{%s:default}}."
                                .formatted(near, name)));
            }
        }
    }

    /** The names that are the user's. */
    private Set<String> own() {
        return settings.stringPropertyNames().stream()
                .filter(name -> !name.startsWith("camel."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Asks the component itself. It makes the endpoint, which connects to nothing before it is started. */
    private Optional<Finding> refusal(RouteYaml yaml, RouteFile.Endpoint endpoint) {
        String uri = resolved(endpoint.uri().getValue());
        if (uri == null || !isAsked(endpoint)) {
            return Optional.empty();
        }
        StringBuilder whole = new StringBuilder(uri);
        if (endpoint.parameters() != null) {
            List<String> options = new ArrayList<>();
            endpoint.parameters().getValue().forEach(entry -> {
                if (entry.getKeyNode() instanceof ScalarNode key && entry.getValueNode() instanceof ScalarNode value) {
                    String text = resolved(value.getValue());
                    options.add(key.getValue() + "=RAW(" + (text == null ? value.getValue() : text) + ")");
                }
            });
            whole.append(uri.contains("?") ? '&' : '?').append(String.join("&", options));
        }
        try {
            Endpoint made = context.getComponent(uri.substring(0, uri.indexOf(':')), true, false)
                    .createEndpoint(whole.toString());
            if (endpoint.isConsumed() && made.getClass().getName().startsWith("dev.headgate.")) {
                made.createConsumer(exchange -> {});
            }
        } catch (Exception e) {
            return Optional.of(yaml.finding(
                    endpoint.uri(),
                    "%s: cannot be as it is (%s)".formatted(uri.substring(0, uri.indexOf(':')), innermost(e)),
                    "correct it."));
        }
        return Optional.empty();
    }

    private boolean isAsked(RouteFile.Endpoint endpoint) {
        String uri = resolved(endpoint.uri().getValue());
        return uri != null && uri.indexOf(':') > 0 && !endpoint.isDynamic() && !uri.startsWith(SQL);
    }

    private void expression(RouteYaml yaml, RouteFile.Simple simple) {
        String text = resolved(simple.text().getValue());
        if (text == null) {
            return;
        }
        try {
            Language language = context.resolveLanguage("simple");
            if (simple.decides()) {
                language.createPredicate(text).init(context);
            } else {
                language.createExpression(text).init(context);
            }
        } catch (RuntimeException e) {
            found.add(yaml.finding(
                    simple.text(),
                    "'%s' is no expression in Camel's simple language: %s"
                            .formatted(text, innermost(e).lines().findFirst().orElse("")),
                    "correct it."));
        }
    }

    private void ids() {
        Map<String, String> first = new HashMap<>();
        for (RouteFile file : files) {
            for (ScalarNode id : file.ids()) {
                String place = "%s, line %d".formatted(file.yaml().file().getFileName(), RouteYaml.line(id));
                String other = first.putIfAbsent(id.getValue(), place);
                if (other != null) {
                    found.add(file.yaml()
                            .finding(
                                    id,
                                    "the id %s is there already, in %s".formatted(id.getValue(), other),
                                    "give each route and each step an id of its own."));
                }
            }
        }
    }

    private void references() {
        Set<String> beans = new HashSet<>();
        files.forEach(file -> beans.addAll(file.beans()));
        for (RouteFile file : files) {
            for (ScalarNode reference : file.references()) {
                String name = reference.getValue().replaceFirst("^#", "");
                if (!beans.contains(name) && context.getRegistry().lookupByName(name) == null) {
                    Set<String> known = new TreeSet<>(beans);
                    known.addAll(context.getRegistry()
                            .findByTypeWithName(Object.class)
                            .keySet());
                    found.add(file.yaml()
                            .finding(
                                    reference,
                                    "there is no bean %s in the registry".formatted(name),
                                    Nearest.to(name, known)
                                            .map(near -> "did you mean %s?".formatted(near))
                                            .orElse("make one under beans: of a route file, or correct the name.")));
                }
            }
        }
    }

    /** What was said about a line with its column is not said again without one. */
    private void steps() {
        Set<String> said = found.stream()
                .filter(finding -> !finding.warning())
                .map(finding -> finding.file() + ":" + finding.line())
                .collect(Collectors.toSet());
        RouteCheck.faults(context, routes()).stream()
                .filter(finding -> !said.contains(finding.file() + ":" + finding.line()))
                .filter(finding -> refused.isEmpty() || !finding.what().contains("no route consumes"))
                .forEach(found::add);
        if (refused.isEmpty()) {
            unconsumed();
        }
    }

    private void unconsumed() {
        Set<String> consumed = routes().stream()
                .map(route -> base(route.getInput().getEndpointUri()))
                .collect(Collectors.toSet());
        for (RouteFile file : files) {
            for (RouteFile.Endpoint endpoint : file.endpoints()) {
                String uri = base(endpoint.uri().getValue());
                if (!endpoint.isConsumed()
                        && !endpoint.isDynamic()
                        && uri.startsWith("direct:")
                        && !consumed.contains(uri)) {
                    found.add(file.yaml()
                            .finding(
                                    endpoint.uri(),
                                    "no route consumes from %s".formatted(uri),
                                    Nearest.to(
                                                    uri,
                                                    consumed.stream()
                                                            .filter(other -> other.startsWith("direct:"))
                                                            .toList())
                                            .map(near -> "did you mean %s?".formatted(near))
                                            .orElse("add a route from: %s.".formatted(uri))));
                }
            }
        }
    }

    private void sources() {
        for (RouteDefinition route : RouteCheck.sources(context, routes())) {
            String uri = resolved(route.getInput().getEndpointUri());
            if (!route.hasCustomIdAssigned()) {
                found.add(at(
                        route,
                        "the route from %s has no id, by which the ledger knows its messages"
                                .formatted(base(route.getInput().getEndpointUri())),
                        "write one, such as id: orders."));
            }
            if (uri == null) {
                continue;
            }
            try {
                Endpoint source = context.getComponent(uri.substring(0, uri.indexOf(':')), true, false)
                        .createEndpoint(uri);
                if (source instanceof KafkaEndpoint kafka) {
                    if (ObjectHelper.isEmpty(kafka.getConfiguration().getGroupId())) {
                        found.add(at(
                                route,
                                "the route %s reads without a groupId, and so from the beginning at each start"
                                        .formatted(route.getId()),
                                "set parameters: { groupId: ... }."));
                    }
                } else if (!(source instanceof Sqs2Endpoint) && !uri.startsWith("job:")) {
                    found.add(
                            at(
                                    route,
                                    "the route %s leads to batch:, and %s takes no acknowledgement after a batch is written: messages would be lost"
                                            .formatted(route.getId(), base(uri)),
                                    "send to: job:NAME, and lead a route from: job:NAME to the batch. Sources that need no such step are kafka: and aws2-sqs:."));
                }
            } catch (Exception ignored) {
                // Said where the endpoint stands.
            }
        }
    }

    private Finding at(RouteDefinition route, String what, String remedy) {
        String file = route.getResource() == null
                ? ""
                : route.getResource().getLocation().replaceFirst("^file:", "");
        return Finding.error(file, Math.max(0, route.getInput().getLineNumber()), 0, what, remedy);
    }

    /** Entries that no relay takes, and jobs that no route executes, wait for ever. Another process may have them. */
    private void writes() {
        Set<String> consumed = routes().stream()
                .map(route -> base(route.getInput().getEndpointUri()))
                .collect(Collectors.toSet());
        boolean misspelt = consumed.stream().anyMatch(uri -> !schemes.contains(uri.replaceFirst("(?s):.*", "")));
        if (misspelt || !refused.isEmpty()) {
            // The route that is missed may be that one.
            return;
        }
        Set<String> said = new HashSet<>();
        for (RouteFile file : files) {
            for (RouteFile.Endpoint endpoint : file.endpoints()) {
                String uri = resolved(endpoint.uri().getValue());
                if (uri == null || !uri.startsWith(SQL)) {
                    continue;
                }
                String query = decoded(uri.substring(SQL.length()).replaceFirst("\\?[\\w.]+=[^?\\s]*$", ""));
                for (SqlWrites write : SqlWrites.in(text(query))) {
                    String from = (write.table().equals("outbox") ? "outbox:" : "job:") + write.name();
                    if (!consumed.contains(from) && said.add(query + from)) {
                        boolean inFile = ResourceHelper.hasScheme(query);
                        List<String> alike = consumed.stream()
                                .filter(other -> other.startsWith(from.substring(0, from.indexOf(':') + 1)))
                                .toList();
                        String remedy = Nearest.to(from, alike)
                                        .map(near ->
                                                "did you mean '%s'? ".formatted(near.substring(near.indexOf(':') + 1)))
                                        .orElse("")
                                + "Add a route from: %s, unless another process has it.".formatted(from);
                        found.add(Finding.warning(
                                inFile
                                        ? query.replaceFirst("^file:", "")
                                        : file.yaml().file().toString(),
                                inFile ? write.line() : RouteYaml.line(endpoint.uri()),
                                0,
                                write.table().equals("outbox")
                                        ? "entries for '%s' are written, and no route relays them"
                                                .formatted(write.name())
                                        : "jobs of the queue '%s' are enqueued, and no route executes them"
                                                .formatted(write.name()),
                                remedy));
                    }
                }
            }
        }
    }

    private String text(String query) {
        if (!ResourceHelper.hasScheme(query)) {
            return query;
        }
        try (InputStream stream = ResourceHelper.resolveMandatoryResourceAsInputStream(context, query)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static String decoded(String path) {
        try {
            return ResourceHelper.hasScheme(path)
                    ? URLDecoder.decode(URLDecoder.decode(path, StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                    : path;
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    /** Each once, however many routes name it. */
    private void schemas() {
        Map<String, SchemaFile> read = new LinkedHashMap<>();
        for (RouteFile file : files) {
            for (RouteFile.Endpoint endpoint : file.endpoints()) {
                String uri = resolved(endpoint.uri().getValue());
                if (uri != null && uri.startsWith(SCHEMA) && uri.length() > SCHEMA.length()) {
                    try {
                        SchemaFile schema = SchemaFile.read(
                                context, uri.substring(SCHEMA.length()).replaceFirst("^//", ""));
                        read.putIfAbsent(schema.name(), schema);
                    } catch (ConfigurationException e) {
                        String[] said = String.valueOf(e.getMessage()).split(": ", 2);
                        found.add(file.yaml()
                                .finding(endpoint.uri(), said[0], said.length > 1 ? said[1] : "correct it."));
                    }
                }
            }
        }
        read.values().forEach(schema -> found.addAll(SchemaFaults.of(schema)));
    }

    private Collection<RouteDefinition> routes() {
        return context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions();
    }

    private String base(String written) {
        String uri = Optional.ofNullable(resolved(written)).orElse(written).replaceFirst("^([a-z0-9-]+:)//", "$1");
        return uri.replaceFirst("(?s)\\?.*", "");
    }

    /** Null if a placeholder has no value. */
    private @Nullable String resolved(String written) {
        try {
            return context.resolvePropertyPlaceholders(written);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String innermost(Throwable e) {
        Throwable innermost = e;
        while (innermost.getCause() != null
                && !(innermost instanceof ResolveEndpointFailedException
                        && innermost.getCause().getMessage() == null)) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        return message == null
                ? innermost.getClass().getSimpleName()
                : message.strip().replaceAll("\\s*\\R\\s*", " ").replaceFirst("\\.$", "");
    }
}
