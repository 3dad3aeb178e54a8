package dev.headgate.settings;

import dev.headgate.Nearest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The groups of Camel's own keys, {@code main} in {@code camel.main.name}. Camel checks the keys of each group at
 * start, but passes over a group that it does not know.
 */
final class CamelKeys {

    private static final String PREFIX = "camel.";

    private static final Set<String> GROUPS = Set.of(
            "beans",
            "component",
            "context",
            "dataformat",
            "debug",
            "devconsole",
            "faulttolerance",
            "globaloptions",
            "health",
            "jbang",
            "kamelet",
            "language",
            "lra",
            "main",
            "management",
            "mdc",
            "metrics",
            "opentelemetry",
            "opentelemetry2",
            "resilience4j",
            "rest",
            "routecontroller",
            "routetemplate",
            "server",
            "ssl",
            "startupcondition",
            "telemetrydev",
            "threadpool",
            "trace",
            "variable",
            "vault");

    private CamelKeys() {}

    /** What to say about a key whose group Camel would pass over; empty for all other keys. */
    static Optional<String> complaint(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String written = name.substring(PREFIX.length()).replaceFirst("[.\\[].*", "");
        String group = written.replace("-", "").toLowerCase(Locale.ROOT);
        if (GROUPS.contains(group)) {
            return Optional.empty();
        }
        return Optional.of(Nearest.to(group, GROUPS)
                .map(near -> "did you mean " + PREFIX + near + name.substring(PREFIX.length() + written.length()) + "?")
                .orElse("after camel. comes one of " + String.join(", ", new TreeSet<>(GROUPS)) + "."));
    }
}
