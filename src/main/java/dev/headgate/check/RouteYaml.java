package dev.headgate.check;

import dev.headgate.ConfigurationException;
import dev.headgate.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/**
 * A file of YAML, or of JSON, which is YAML too: a tree whose nodes know where they stand. Looked through for what Camel would
 * take in silence, or refuse without saying what is meant.
 */
public final class RouteYaml {

    private final Path file;
    private final List<String> lines;
    private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    /** @throws ConfigurationException if the file cannot be read as text */
    public RouteYaml(Path file) {
        this.file = file;
        try {
            this.lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new ConfigurationException("The file " + file + " cannot be read as text in UTF-8: " + e + ".", e);
        }
    }

    /** Whether it has the form of a file of routes: a list of which each element has a name. */
    public boolean looksLikeRoutes() {
        try {
            return compose().orElse(null) instanceof SequenceNode list
                    && !list.getValue().isEmpty()
                    && list.getValue().get(0) instanceof MappingNode;
        } catch (YamlEngineException e) {
            return false;
        }
    }

    /** What is no YAML, or would be something else than it looks like. */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        try {
            compose().ifPresent(root -> check(root, findings));
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().orElse(null);
            boolean placeholder = mark != null
                    && mark.getLine() < lines.size()
                    && lines.get(mark.getLine()).contains("{{");
            findings.add(
                    placeholder
                            ? unquoted(mark, "{{...}}")
                            : at(
                                    mark,
                                    "YAML error: "
                                            + String.valueOf(e.getProblem()).strip(),
                                    "correct it, or what begins in the lines before it."));
        } catch (YamlEngineException e) {
            findings.add(at(
                    null,
                    "YAML error: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    "correct it."));
        }
        return findings;
    }

    /** The tree, or empty if there is nothing in the file, or no YAML. */
    Optional<Node> root() {
        try {
            return compose();
        } catch (YamlEngineException e) {
            return Optional.empty();
        }
    }

    Finding finding(Node node, String what, String remedy) {
        return at(node.getStartMark().orElse(null), what, remedy);
    }

    Finding warning(Node node, String what, String remedy) {
        Finding finding = finding(node, what, remedy);
        return Finding.warning(finding.file(), finding.line(), finding.column(), what, remedy);
    }

    Path file() {
        return file;
    }

    private Finding at(@Nullable Mark mark, String what, String remedy) {
        return Finding.error(
                file.toString(),
                mark == null ? 0 : mark.getLine() + 1,
                mark == null ? 0 : mark.getColumn() + 1,
                what,
                remedy);
    }

    private Optional<Node> compose() {
        return new Compose(LoadSettings.builder()
                        .setLabel(file.toString())
                        .setAllowDuplicateKeys(true)
                        .setAllowNonScalarKeys(true)
                        .build())
                .composeString(String.join("\n", lines) + "\n");
    }

    private void check(Node node, List<Finding> findings) {
        if (!seen.add(node)) {
            return;
        }
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(element -> check(element, findings));
        } else if (node instanceof MappingNode mapping) {
            check(mapping, findings);
        }
    }

    private void check(MappingNode mapping, List<Finding> findings) {
        Map<String, Node> names = new HashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode name) {
                Node first = names.putIfAbsent(name.getValue(), name);
                if (first != null) {
                    findings.add(finding(
                            name,
                            "there is %s twice, in line %d and in line %d, of which only the last would count"
                                    .formatted(name.getValue(), line(first), line(name)),
                            "leave one out."));
                }
            } else if (entry.getKeyNode() instanceof MappingNode inner && isFlow(mapping) && isFlow(inner)) {
                findings.add(unquoted(mapping.getStartMark().orElse(null), "{{" + name(inner) + "}}"));
                return;
            }
            check(entry.getValueNode(), findings);
        }
    }

    private Finding unquoted(@Nullable Mark mark, String placeholder) {
        return at(
                mark,
                "YAML error: %s is no text without quotes".formatted(placeholder),
                "write \"%s\", around all of the value.".formatted(placeholder));
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

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
