package dev.headgate.s3;

import dev.headgate.ConfigurationException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How keys are made: a template such as <code>{pipeline}/dt={yyyy-MM-dd}/hr={HH}/{batchId}.ndjson.gz</code>. What else is
 * in braces is a pattern of {@link DateTimeFormatter}, in UTC. Immutable.
 *
 * <p>Everything before the first time or batch id is the prefix of a pipeline; a key that the template could not have made
 * is nobody's of Headgate.
 */
public final class Layout {

    private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");
    private static final String PIPELINE = "pipeline";
    private static final String BATCH = "batchId";
    private static final String UUID_FORM = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    /** Text, or what a field becomes. */
    private sealed interface Part {}

    private record Text(String text) implements Part {}

    private record Pipeline() implements Part {}

    private record BatchId() implements Part {}

    private record Time(DateTimeFormatter format) implements Part {}

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
                        .filter(field -> !field.equals(PIPELINE) && !field.equals(BATCH))
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

    private static List<Part> parse(String template) {
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

    private static Part part(String field, String template) {
        if (field.equals(PIPELINE)) {
            return new Pipeline();
        }
        if (field.equals(BATCH)) {
            return new BatchId();
        }
        try {
            Time time =
                    new Time(DateTimeFormatter.ofPattern(field, Locale.ENGLISH).withZone(ZoneOffset.UTC));
            render(time, "", Instant.EPOCH);
            return time;
        } catch (RuntimeException e) {
            throw complaint(template, "{" + field + "} to be {pipeline}, {batchId} or a pattern such as {yyyy-MM-dd}");
        }
    }

    /** The key of an object; messages whose keys are equal belong together. */
    String key(String pipeline, Instant time, UUID batchId) {
        return parts.stream()
                .map(part -> part instanceof BatchId ? batchId.toString() : render(part, pipeline, time))
                .collect(Collectors.joining());
    }

    /** What all keys of a pipeline begin with, with a {@code /} behind its name. */
    String prefix(String pipeline) {
        StringBuilder prefix = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Time || part instanceof BatchId) {
                break;
            }
            prefix.append(render(part, pipeline, Instant.EPOCH));
        }
        return prefix.toString();
    }

    /** The id of the batch that a key was made for; null if this template could not have made it. */
    @Nullable
    UUID batchId(String key) {
        Matcher matcher = form.matcher(key);
        return matcher.matches() ? UUID.fromString(matcher.group(BATCH)) : null;
    }

    private static String render(Part part, String pipeline, Instant time) {
        if (part instanceof Text text) {
            return text.text();
        }
        return part instanceof Time format ? format.format().format(time) : pipeline;
    }

    private static String form(Part part) {
        if (part instanceof Text text) {
            return Pattern.quote(text.text());
        }
        if (part instanceof BatchId) {
            return "(?<" + BATCH + ">" + UUID_FORM + ")";
        }
        return part instanceof Pipeline ? "[^/]+" : ".+";
    }

    private long count(Class<? extends Part> type) {
        return parts.stream().filter(type::isInstance).count();
    }

    private static ConfigurationException complaint(String template, String expected) {
        return new ConfigurationException("The layout is '%s'; expected %s.".formatted(template, expected));
    }
}
