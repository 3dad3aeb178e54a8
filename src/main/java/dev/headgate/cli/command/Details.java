package dev.headgate.cli.command;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All of one thing for people, a line for each field that has a value, its payload at the end. Not thread-safe. */
public final class Details {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final StringBuilder lines = new StringBuilder();
    private final String form;
    /** Begins the next lines of a value, so that none looks like a field. */
    private final String indented;

    /** @param width of the names and the blanks behind them */
    public Details(int width) {
        indented = "\n" + " ".repeat(width);
        form = "%-" + width + "s%s\n";
    }

    /** Adds a line, unless the value is null or empty. */
    public Details add(String name, @Nullable Object value) {
        String text = text(value);
        if (!text.isEmpty()) {
            lines.append(form.formatted(name, text.replace("\n", indented)));
        }
        return this;
    }

    /** All of it. */
    public String text() {
        return lines.toString();
    }

    /** Ends with the payload, as text if it is UTF-8. */
    public String payload(byte @Nullable [] payload) {
        if (payload == null) {
            return add("payload", "none").lines.toString();
        }
        PayloadText shown = PayloadText.of(payload);
        add("payload", payload.length + " bytes" + (shown.payload() == null ? ", base64" : ""));
        return lines.append('\n')
                .append(shown.payload() == null ? shown.payloadBase64() : shown.payload())
                .append('\n')
                .toString();
    }

    /** Times in this machine's zone, to the minute; null is empty. */
    public static String text(@Nullable Object value) {
        return value == null ? "" : value instanceof Instant time ? TIME.format(time) : value.toString();
    }
}
