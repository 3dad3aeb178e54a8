package dev.headgate.app;

import dev.headgate.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A file of YAML, looked through for what Camel would take in silence, or refuse without saying what is meant. */
final class RouteYaml {

    private final Path file;
    private final List<String> lines;
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    RouteYaml(Path file) {
        this.file = file;
        try {
            this.lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new ConfigurationException("The file " + file + " cannot be read as text in UTF-8: " + e + ".", e);
        }
    }

    /** Whether it has the form of a file of routes: a list of which each element has a name. */
    boolean looksLikeRoutes() {
        try {
            return compose().orElse(null) instanceof SequenceNode list
                    && !list.getValue().isEmpty()
                    && list.getValue().get(0) instanceof MappingNode;
        } catch (YamlEngineException e) {
            return false;
        }
    }

    /**
     * Refuses what would be something else than it looks like. What is no YAML for another reason is left to Camel, which says
     * so.
     *
     * @throws ConfigurationException if a name stands twice in one mapping, or a placeholder lacks its quotes
     */
    void check() {
        try {
            compose().ifPresent(this::check);
        } catch (MarkedYamlEngineException e) {
            e.getProblemMark()
                    .filter(mark -> mark.getLine() < lines.size()
                            && lines.get(mark.getLine()).contains("{{"))
                    .ifPresent(mark -> {
                        throw unquoted(mark, "{{...}}");
                    });
        } catch (YamlEngineException e) {
            // Camel says what it is.
        }
    }

    private Optional<Node> compose() {
        return new Compose(LoadSettings.builder()
                        .setLabel(file.toString())
                        .setAllowDuplicateKeys(true)
                        .setAllowNonScalarKeys(true)
                        .build())
                .composeString(String.join("\n", lines) + "\n");
    }

    private void check(Node node) {
        if (!seen.add(node)) {
            return;
        }
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(this::check);
        } else if (node instanceof MappingNode mapping) {
            check(mapping);
        }
    }

    private void check(MappingNode mapping) {
        Map<String, Node> names = new HashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode name) {
                Node first = names.putIfAbsent(name.getValue(), name);
                if (first != null) {
                    throw new ConfigurationException(
                            "%s has %s twice, in line %d and in line %d, of which only the last would count: leave one out."
                                    .formatted(file, name.getValue(), line(first), line(name)));
                }
            } else if (entry.getKeyNode() instanceof MappingNode inner && isFlow(mapping) && isFlow(inner)) {
                throw unquoted(mapping.getStartMark().orElse(null), "{{" + name(inner) + "}}");
            }
            check(entry.getValueNode());
        }
    }

    private ConfigurationException unquoted(@Nullable Mark mark, String placeholder) {
        return new ConfigurationException(
                "YAML error in %s, line %d: %s is no text without quotes: write \"%s\", around all of the value."
                        .formatted(file, mark == null ? 0 : mark.getLine() + 1, placeholder, placeholder));
    }

    private static boolean isFlow(MappingNode mapping) {
        return mapping.getFlowStyle() == FlowStyle.FLOW;
    }

    private static String name(MappingNode placeholder) {
        return placeholder.getValue().size() == 1
                        && placeholder.getValue().get(0).getKeyNode() instanceof ScalarNode name
                ? name.getValue()
                : "...";
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
