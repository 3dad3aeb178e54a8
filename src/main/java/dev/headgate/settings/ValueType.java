package dev.headgate.settings;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The form that a key's value must have. */
public enum ValueType {
    TEXT("any text"),
    FLAG("true or false"),
    DOOR("open or closed"),
    COUNT("a whole number of 1 or more"),
    DURATION("a duration above zero such as 500ms, 10s, 5m, 2h, 14d or PT1M30S");

    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");

    private final String expected;

    ValueType(String expected) {
        this.expected = expected;
    }

    /** What is expected, to be put after "expected". */
    public String expected() {
        return expected;
    }

    boolean accepts(String value) {
        try {
            return switch (this) {
                case TEXT -> true;
                case FLAG -> value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
                case DOOR -> value.equals("open") || value.equals("closed");
                case COUNT -> Long.parseLong(value) >= 1;
                case DURATION -> duration(value).compareTo(Duration.ZERO) > 0;
            };
        } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException e) {
            return false;
        }
    }

    /**
     * Reads {@code 500ms}, {@code 10s}, {@code 5m}, {@code 2h}, {@code 14d} or ISO-8601.
     *
     * @throws DateTimeParseException if it is neither
     * @throws ArithmeticException if it is beyond what a duration can hold
     */
    public static Duration duration(String value) {
        String text = value.strip().toLowerCase(Locale.ROOT);
        Matcher matcher = SHORT_DURATION.matcher(text);
        if (!matcher.matches()) {
            return Duration.parse(text);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
