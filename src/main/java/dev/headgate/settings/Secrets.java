package dev.headgate.settings;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Knows what is secret, and masks it in any text that is shown to somebody: the values of settings whose key says so,
 * the user and password in a URL, the path and query of a URL of HTTP (a webhook's path is its secret), the value behind
 * a name that says so, and what follows {@code Bearer} and {@code Basic}. Immutable, safe for use by any thread.
 */
public final class Secrets {

    /** Stands in place of a secret. */
    public static final String MASK = "xxxxxx";

    /** Below it, a value is found in too much that is no secret. */
    private static final int SHORTEST = 5;

    private static final String NAMES =
            "(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credential|bearer|jaas|authorization|signature"
                    + "|(?:api|access|auth|account|private|shared|subscription)[-_.]?key)";

    private static final Pattern NAME = Pattern.compile(NAMES, Pattern.CASE_INSENSITIVE);

    private static final Pattern USER = Pattern.compile("(://)[^/@\\s\"'<>]+@");

    /** A namespace of XML only looks like a URL. */
    private static final Pattern PATH = Pattern.compile(
            "(?<!xmlns=[\"'])(?<!xmlns:\\w{1,20}=[\"'])(\\bhttps?:(?://)?[^\\s/?#\"'<>&,;\\\\]+)[/?#](?!xxxxxx)[^\\s\"'<>\\\\]+",
            Pattern.CASE_INSENSITIVE);

    private static final String QUOTE = "(?:\"|'|&quot;|&apos;|\\\\\")?";

    private static final Pattern NAMED = Pattern.compile(
            "(" + NAMES + "[\\w-]{0,60}" + QUOTE + "\\s*[=:]\\s*" + QUOTE
                    + ")(?:RAW\\([^)]*\\)|RAW\\{[^}]*}|[^\\s\"'&,;<>\\\\{}]+|\\{\\{[^}]*}})",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern SCHEME =
            Pattern.compile("\\b(Bearer|Basic)\\s+[\\w.~+/=-]{4,}", Pattern.CASE_INSENSITIVE);

    private final Set<String> values;
    private final Pattern known;

    private Secrets(Set<String> values) {
        this.values = values;
        known = Pattern.compile(values.stream()
                .sorted(Comparator.comparing(String::length).reversed())
                .map(value -> "(?<![A-Za-z0-9])" + Pattern.quote(value) + "(?![A-Za-z0-9])")
                .collect(Collectors.joining("|")));
    }

    /** Reads which values are secret. What is the value of another key too, such as the name of a user, is none. */
    public static Secrets of(Settings settings) {
        Set<String> secret = new TreeSet<>();
        Set<String> open = new TreeSet<>(Set.of("", "true", "false"));
        settings.asProperties()
                .forEach((name, value) -> (isName(name.toString()) ? secret : open).add(value.toString()));
        secret.removeAll(open);
        secret.removeIf(value -> value.length() < SHORTEST);
        Set<String> values = secret.stream()
                .flatMap(value -> Stream.of(
                        value,
                        URLEncoder.encode(value, StandardCharsets.UTF_8),
                        value.replace("&", "&amp;")
                                .replace("\"", "&quot;")
                                .replace("<", "&lt;")
                                .replace(">", "&gt;")))
                .collect(Collectors.toCollection(TreeSet::new));
        return new Secrets(values);
    }

    /** Knows what the other one knows, too. */
    public Secrets and(Secrets other) {
        Set<String> all = new TreeSet<>(values);
        return all.addAll(other.values) ? new Secrets(all) : this;
    }

    /** Whether a setting, an option or a header of this name has a secret as its value. */
    public static boolean isName(String name) {
        return NAME.matcher(name).find();
    }

    /** The text with {@code xxxxxx} in place of each secret. */
    public String masked(String text) {
        String masked = known.pattern().isEmpty() ? text : known.matcher(text).replaceAll(MASK);
        if (masked.indexOf(':') < 0 && masked.indexOf('=') < 0 && masked.indexOf(' ') < 0) {
            return masked;
        }
        masked = USER.matcher(masked).replaceAll("$1" + MASK + "@");
        masked = PATH.matcher(masked).replaceAll("$1/" + MASK);
        masked = SCHEME.matcher(masked).replaceAll("$1 " + MASK);
        return NAMED.matcher(masked).replaceAll("$1" + MASK);
    }
}
