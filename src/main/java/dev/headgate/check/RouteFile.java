package dev.headgate.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What stands in a file of routes, each with its node: endpoints, texts, ids and references.
 *
 * @param endpoints in order of the file
 * @param texts every value
 * @param ids of routes and steps
 * @param references to beans of the registry, by name
 * @param beans the names of those that the file itself makes
 * @param expressions in Camel's simple language
 */
record RouteFile(
        RouteYaml yaml,
        List<Endpoint> endpoints,
        List<ScalarNode> texts,
        List<ScalarNode> ids,
        List<ScalarNode> references,
        List<String> beans,
        List<Simple> expressions) {

    private static final Set<String> SENDING = Set.of("to", "toD", "wireTap");
    private static final Set<String> CONSUMING = Set.of("from", "poll");

    /** Expressions of these decide: they are read with operators. */
    private static final Set<String> DECIDING = Set.of("filter", "when", "validate", "onWhen", "handled", "retryWhile");

    /**
     * An endpoint of a route.
     *
     * @param role the name of its step
     * @param uri as it is written
     * @param parameters those on lines of their own, or null
     */
    record Endpoint(String role, ScalarNode uri, @Nullable MappingNode parameters) {

        boolean isConsumed() {
            return CONSUMING.contains(role);
        }

        /** Whether it has this option. */
        boolean says(String option) {
            return uri.getValue().matches("(?s).*[?&]" + option + "=.*")
                    || (parameters != null
                            && parameters.getValue().stream()
                                    .anyMatch(parameter -> parameter.getKeyNode() instanceof ScalarNode name
                                            && name.getValue().equals(option)));
        }

        /** Whether what stands there may be made at run time. */
        boolean isDynamic() {
            return uri.getValue().contains("${") && !uri.getValue().startsWith("sql");
        }
    }

    /** @param decides whether it is a condition */
    record Simple(ScalarNode text, boolean decides) {}

    static RouteFile of(RouteYaml yaml) {
        RouteFile file = new RouteFile(
                yaml,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
        yaml.root().ifPresent(root -> file.walk("", root));
        return file;
    }

    private void walk(String name, Node node) {
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(element -> walk(name, element));
        } else if (node instanceof ScalarNode text) {
            texts.add(text);
            if (SENDING.contains(name) || CONSUMING.contains(name)) {
                endpoints.add(new Endpoint(name, text, null));
            }
            if (text.getValue().matches("#[A-Za-z][\\w-]*")) {
                references.add(text);
            }
        } else if (node instanceof MappingNode mapping) {
            walk(name, mapping);
        }
    }

    private void walk(String name, MappingNode mapping) {
        MappingNode parameters = null;
        ScalarNode uri = null;
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                continue;
            }
            Node value = entry.getValueNode();
            if (key.getValue().equals("parameters") && value instanceof MappingNode given) {
                parameters = given;
            }
            if (value instanceof ScalarNode text) {
                note(name, key.getValue(), text);
                uri = key.getValue().equals("uri") ? text : uri;
            }
            if (name.equals("parameters") || name.equals("properties")) {
                plain(value);
            } else {
                walk(key.getValue(), value);
            }
        }
        if (uri != null && (SENDING.contains(name) || CONSUMING.contains(name))) {
            endpoints.add(new Endpoint(name, uri, parameters));
        }
    }

    private void note(String parent, String key, ScalarNode value) {
        switch (key) {
            case "id" -> {
                if (!parent.equals("parameters") && !parent.equals("beans")) {
                    ids.add(value);
                }
            }
            case "ref" -> {
                if (!value.getValue().startsWith("#") && value.getValue().matches("[A-Za-z][\\w-]*")) {
                    references.add(value);
                }
            }
            case "name" -> {
                if (parent.equals("beans")) {
                    beans.add(value.getValue());
                }
            }
            case "simple" -> expressions.add(new Simple(value, DECIDING.contains(parent)));
            default -> {
                // nothing that is looked up
            }
        }
    }

    /** Names of options may be those of steps. */
    private void plain(Node node) {
        if (node instanceof ScalarNode text) {
            texts.add(text);
            if (text.getValue().matches("#[A-Za-z][\\w-]*")) {
                references.add(text);
            }
        }
    }
}
