package dev.headgate.s3;

import dev.headgate.ConfigurationException;
import dev.headgate.failure.RejectedException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How keys are made: a template such as <code>{pipeline}/dt={yyyy-MM-dd}/hr={HH}/{batchId}.ndjson.gz</code>. <code>
 * {field:NAME}</code> is the value of a {@link FieldPath field} of the message, as Hive writes the value of a partition.
 * What else is in braces is a pattern of {@link DateTimeFormatter}, in UTC. Immutable.
 *
 * <p>Everything before the first time, field or batch id is the prefix of a pipeline; a key that the template could not have made
 * is nobody's of Headgate.
 */
public final class Layout {

    private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String PIPELINE = "pipeline";
    private static final String BATCH = "batchId";
    private static final String FIELD_OF = "field:";
    /** What readers of Hive's partitions take for null. */
    private static final String NO_VALUE = "__HIVE_DEFAULT_PARTITION__";
    /** Of a value in a key: S3 takes keys of 1,024 bytes. */
    private static final int LONGEST_VALUE = 200;

    private static final String UUID_FORM = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    /** Text, or what a field becomes. */
    private sealed interface Part {}

    private record Text(String text) implements Part {}

    private record Pipeline() implements Part {}

    private record BatchId() implements Part {}

    /** @param index among the fields of the template */
    private record Value(int index) implements Part {}

    private record Time(DateTimeFormatter format) implements Part {}

    private final List<FieldPath> paths = new ArrayList<>();
    private final List<Part> parts;
    private final Pattern form;

    /** @throws ConfigurationException if keys made with it could not be told apart or not be found again */
    public Layout(String template) {
        parts = parse(template);
        List<Part> fields =
                parts.stream().filter(part -> !(part instanceof Text)).toList();
        boolean ordered = !fields.isEmpty()
                && fields.get(0) instanceof Pipeline
                && count(Pipeline.class) == 1
                && count(BatchId.class) == 1;
        if (!ordered || template.startsWith("/") || !template.contains("{pipeline}/")) {
            throw complaint(template, "{pipeline}/ before all other fields, {batchId} once, and no / at its beginning");
        }
        checkMeaning(
                template,
                FIELD.matcher(template)
                        .results()
                        .map(field -> field.group(1))
                        .filter(field -> !field.equals(PIPELINE) && !field.equals(BATCH) && !field.startsWith(FIELD_OF))
                        .map(field -> field.replaceAll("'[^']*'", ""))
                        .collect(Collectors.joining(" ")));
        form = Pattern.compile(parts.stream().map(Layout::form).collect(Collectors.joining()));
    }

    /** @param letters of all times of the template */
    private static void checkMeaning(String template, String letters) {
        if (hasAny(letters, "Y") && !hasAny(letters, "wW")) {
            throw complaint(
                    template,
                    "a year of yyyy: YYYY is that of the week, which begins some days before or after, and goes with ww");
        }
        if (hasAny(letters, "D") && hasAny(letters, "ML")) {
            throw complaint(template, "a day of dd: DD is that of the year");
        }
        if (hasAny(letters, "m") && !hasAny(letters, "HhKk")) {
            throw complaint(template, "a month of MM: mm are minutes, and go with HH");
        }
        if (hasAny(letters, "hK") && !hasAny(letters, "aB")) {
            throw complaint(template, "an hour of HH: hh comes twice a day");
        }
    }

    private static boolean hasAny(String letters, String wanted) {
        return wanted.chars().anyMatch(letter -> letters.indexOf(letter) >= 0);
    }

    private List<Part> parse(String template) {
        List<Part> parts = new ArrayList<>();
        Matcher field = FIELD.matcher(template);
        int end = 0;
        while (field.find()) {
            parts.add(new Text(template.substring(end, field.start())));
            parts.add(part(field.group(1), template));
            end = field.end();
        }
        parts.add(new Text(template.substring(end)));
        return List.copyOf(parts);
    }

    private Part part(String field, String template) {
        if (field.equals(PIPELINE)) {
            return new Pipeline();
        }
        if (field.equals(BATCH)) {
            return new BatchId();
        }
        if (field.startsWith(FIELD_OF)) {
            if (field.length() == FIELD_OF.length()) {
                throw complaint(template, "a name behind field:, such as {field:country} or {field:order.country}");
            }
            paths.add(new FieldPath(field.substring(FIELD_OF.length())));
            return new Value(paths.size() - 1);
        }
        try {
            Time time =
                    new Time(DateTimeFormatter.ofPattern(field, Locale.ENGLISH).withZone(ZoneOffset.UTC));
            time.format().formatTo(Instant.EPOCH, new StringBuilder());
            return time;
        } catch (RuntimeException e) {
            throw complaint(
                    template,
                    "{" + field + "} to be {pipeline}, {batchId}, {field:NAME} or a pattern such as {yyyy-MM-dd}");
        }
    }

    /** The fields of a message whose values are in its key. */
    List<FieldPath> fields() {
        return List.copyOf(paths);
    }

    /**
     * The key of an object; messages whose keys are equal belong together.
     *
     * @param values of the {@link #fields()}; null where there is none
     * @throws RejectedException if one of them is too long for a key
     */
    String key(String pipeline, Instant time, UUID batchId, List<@Nullable String> values) {
        StringBuilder key = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Text text) {
                key.append(text.text());
            } else if (part instanceof Time format) {
                key.append(format.format().format(time));
            } else if (part instanceof Value value) {
                key.append(escaped(paths.get(value.index()), values.get(value.index())));
            } else {
                key.append(part instanceof BatchId ? batchId.toString() : pipeline);
            }
        }
        return key.toString();
    }

    /** Letters, digits, -, _ and single dots as they are, all other bytes as %XX. */
    private static String escaped(FieldPath path, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return NO_VALUE;
        }
        StringBuilder escaped = new StringBuilder();
        boolean onlyDots = value.chars().allMatch(letter -> letter == '.');
        for (byte letter : value.getBytes(StandardCharsets.UTF_8)) {
            if ((letter >= '0' && letter <= '9')
                    || (letter >= 'A' && letter <= 'Z')
                    || (letter >= 'a' && letter <= 'z')
                    || letter == '-'
                    || letter == '_'
                    || (letter == '.' && !onlyDots)) {
                escaped.append((char) letter);
            } else {
                escaped.append('%').append(HEX.toHexDigits(letter));
            }
            if (escaped.length() > LONGEST_VALUE) {
                throw new RejectedException(
                        "no partition",
                        "the field %s is too long for a key, expected at most %d letters"
                                .formatted(path.text(), LONGEST_VALUE));
            }
        }
        return escaped.toString();
    }

    /** What all keys of a pipeline begin with, with a {@code /} behind its name. */
    String prefix(String pipeline) {
        StringBuilder prefix = new StringBuilder();
        for (Part part : parts) {
            if (!(part instanceof Text) && !(part instanceof Pipeline)) {
                break;
            }
            prefix.append(part instanceof Text text ? text.text() : pipeline);
        }
        return prefix.toString();
    }

    /** The id of the batch that a key was made for; null if this template could not have made it. */
    @Nullable
    UUID batchId(String key) {
        Matcher matcher = form.matcher(key);
        return matcher.matches() ? UUID.fromString(matcher.group(BATCH)) : null;
    }

    private static String form(Part part) {
        if (part instanceof Text text) {
            return Pattern.quote(text.text());
        }
        if (part instanceof BatchId) {
            return "(?<" + BATCH + ">" + UUID_FORM + ")";
        }
        return part instanceof Time ? ".+" : "[^/]+";
    }

    private long count(Class<? extends Part> type) {
        return parts.stream().filter(type::isInstance).count();
    }

    private static ConfigurationException complaint(String template, String expected) {
        return new ConfigurationException("The layout is '%s'; expected %s.".formatted(template, expected));
    }
}
