package dev.headgate.demo;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One line of an {@link Account}.
 *
 * @param name a few words
 * @param what exactly is counted
 */
public record Figure(String name, String what, long expected, long found) {
    private static final Pattern NEXT_WORD = Pattern.compile("[ -](.)");

    /** The name in JSON: {@code deadLettered} for {@code dead-lettered}. */
    String key() {
        return NEXT_WORD.matcher(name).replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }

    /** One sentence if what was found is not what was expected. */
    Optional<String> difference() {
        return expected == found
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s: expected %,d, found %,d (%s %,d)",
                        what,
                        expected,
                        found,
                        found < expected ? "short by" : "over by",
                        Math.abs(found - expected)));
    }
}
