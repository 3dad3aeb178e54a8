package dev.headgate.log;

import dev.headgate.settings.Secrets;
import dev.headgate.settings.Settings;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.DefaultLogEventFactory;
import org.apache.logging.log4j.core.impl.LogEventFactory;
import org.apache.logging.log4j.message.Message;
import org.apache.logging.log4j.message.SimpleMessage;
import org.jspecify.annotations.Nullable;

/**
 * Makes the events of the log, named in {@code log4j2.component.properties}: whatever a library prints, its secrets are
 * masked before any layout sees them. Thread-safe.
 */
public final class MaskedLogEvents implements LogEventFactory {

    /** Of all that run in this JVM; what looks like a secret is masked before there are settings, too. */
    private static volatile Secrets known = unconfigured();

    private final LogEventFactory events = new DefaultLogEventFactory();

    /** From now on masks these too, for as long as the JVM lives. */
    public static synchronized void hide(Secrets secrets) {
        known = known.and(secrets);
    }

    /** For tests, which share a JVM and not their secrets. */
    static synchronized void forget() {
        known = unconfigured();
    }

    private static Secrets unconfigured() {
        return Secrets.of(Settings.defaults());
    }

    @Override
    public LogEvent createEvent(
            String loggerName,
            @Nullable Marker marker,
            String fqcn,
            Level level,
            Message message,
            @Nullable List<Property> properties,
            @Nullable Throwable thrown) {
        return events.createEvent(loggerName, marker, fqcn, level, masked(message), properties, masked(thrown));
    }

    @Override
    public LogEvent createEvent(
            String loggerName,
            @Nullable Marker marker,
            String fqcn,
            @Nullable StackTraceElement location,
            Level level,
            Message message,
            @Nullable List<Property> properties,
            @Nullable Throwable thrown) {
        return events.createEvent(
                loggerName, marker, fqcn, location, level, masked(message), properties, masked(thrown));
    }

    private static Message masked(Message message) {
        String text = message.getFormattedMessage();
        String masked = masked(text);
        return masked.equals(text) ? message : new SimpleMessage(masked);
    }

    private static @Nullable Throwable masked(@Nullable Throwable thrown) {
        if (thrown == null) {
            return null;
        }
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String text = cause.toString();
            if (!masked(text).equals(text)) {
                return new MaskedFailure(thrown, MaskedLogEvents::masked);
            }
        }
        return thrown;
    }

    private static String masked(@Nullable String text) {
        return text == null ? "" : known.masked(text);
    }
}
