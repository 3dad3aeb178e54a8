package dev.headgate.app;

import dev.headgate.ConfigurationException;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder of routes as they were at one time: each route file with the files that its text names, such as SQL
 * and schemas, and {@code application.properties}. Immutable.
 */
final class RouteTexts {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??([^:}]+)(?::([^}]*))?}}");
    private static final Pattern FILE = Pattern.compile("[^\\s\"'?,]+\\.\\w+");
    /** Routes that share such a name call each other, or fill and write one batch. */
    private static final Pattern SHARED = Pattern.compile("\\b(?:batch|direct|seda|stub|disruptor|vm):(?://)?[\\w.-]+");
    /** What a file may hold besides routes. */
    private static final Pattern TOP = Pattern.compile("(?m)^-\\s+\"?(\\w[\\w-]*)\"?\\s*:");

    /** A route file, and the texts of all that it names, its own among them, by their paths. */
    private record Read(String text, String resolved, Map<Path, String> texts) {}

    private final Map<Path, Read> files;
    private final @Nullable String properties;

    private RouteTexts(Map<Path, Read> files, @Nullable String properties) {
        this.files = files;
        this.properties = properties;
    }

    /**
     * Reads the folder.
     *
     * @param settings with the values of placeholders
     * @throws ConfigurationException if the folder cannot be read
     */
    static RouteTexts read(Path folder, Settings settings) {
        Map<Path, Read> files = new TreeMap<>();
        for (Path file : RouteFiles.routes(folder)) {
            String text = text(file);
            if (text != null) {
                String resolved = resolved(text, settings);
                Map<Path, String> texts = new TreeMap<>();
                texts.put(file, text);
                Matcher named = FILE.matcher(resolved);
                while (named.find()) {
                    Path other = path(folder, named.group());
                    String content = other == null ? null : text(other);
                    if (other != null && content != null) {
                        texts.put(other, content);
                    }
                }
                files.put(file, new Read(text, resolved, texts));
            }
        }
        return new RouteTexts(files, text(folder.resolve("application.properties")));
    }

    Set<Path> files() {
        return files.keySet();
    }

    /** The route file as it was. */
    byte @Nullable [] content(Path file) {
        Read read = files.get(file);
        return read == null ? null : read.text.getBytes(StandardCharsets.ISO_8859_1);
    }

    boolean isSame(RouteTexts other) {
        return changed(other).isEmpty() && !hasOtherProperties(other);
    }

    boolean hasOtherProperties(RouteTexts other) {
        return properties == null ? other.properties != null : !properties.equals(other.properties);
    }

    /** The route files that differ, or name one that does, and those that have come or gone. */
    Set<Path> changed(RouteTexts now) {
        Set<Path> all = new TreeSet<>(files.keySet());
        all.addAll(now.files.keySet());
        return all.stream()
                .filter(file -> !texts(file).equals(now.texts(file)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The route files that belong to these: those that share a batch or call a route, directly or by way of others. */
    Set<Path> connected(RouteTexts now, Set<Path> to) {
        Set<Path> connected = new TreeSet<>(to);
        Set<Path> all = new TreeSet<>(files.keySet());
        all.addAll(now.files.keySet());
        boolean grows = true;
        while (grows) {
            Set<String> names = new HashSet<>();
            connected.forEach(file -> {
                names.addAll(shared(file));
                names.addAll(now.shared(file));
            });
            grows = connected.addAll(all.stream()
                    .filter(file -> shared(file).stream().anyMatch(names::contains)
                            || now.shared(file).stream().anyMatch(names::contains))
                    .toList());
        }
        return connected;
    }

    /** What else than routes the files hold, such as {@code beans}. */
    Set<String> others(Collection<Path> of) {
        Set<String> others = new TreeSet<>();
        for (Path file : of) {
            Read read = files.get(file);
            Matcher top = TOP.matcher(read == null ? "" : read.text);
            while (top.find()) {
                if (!top.group(1).equals("route") && !top.group(1).equals("from")) {
                    others.add(top.group(1));
                }
            }
        }
        return others;
    }

    private Map<Path, String> texts(Path file) {
        Read read = files.get(file);
        return read == null ? Map.of() : read.texts;
    }

    private Set<String> shared(Path file) {
        Read read = files.get(file);
        return read == null
                ? Set.of()
                : SHARED.matcher(read.resolved)
                        .results()
                        .map(match -> match.group().replace("//", ""))
                        .collect(Collectors.toSet());
    }

    /** The folder is a dot: its name may have blanks. */
    private static String resolved(String text, Settings settings) {
        return PLACEHOLDER.matcher(text).replaceAll(match -> {
            String value = match.group(1).equals(RouteFiles.PLACEHOLDER)
                    ? "."
                    : settings.find(match.group(1)).orElse(match.group(2));
            return Matcher.quoteReplacement(value == null ? match.group() : value);
        });
    }

    private static @Nullable Path path(Path folder, String word) {
        try {
            return folder.resolve(word.replaceFirst("^.*(file|json-schema):(//)?", ""))
                    .normalize();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static @Nullable String text(Path file) {
        try {
            return Files.isRegularFile(file) ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1) : null;
        } catch (IOException e) {
            return null;
        }
    }
}
