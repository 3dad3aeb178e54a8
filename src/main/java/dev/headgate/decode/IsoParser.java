package dev.headgate.decode;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@link IsoText} writes, and dates and times as Postgres writes them, as text or in JSON. */
final class IsoParser {

    private static final String BEFORE = " BC";

    private static final DateTimeFormatter DATE = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 4, 9, SignStyle.NORMAL)
            .appendPattern("-MM-dd")
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("HH:mm[:ss]")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    private static final DateTimeFormatter LOCAL = new DateTimeFormatterBuilder()
            .append(DATE)
            .appendPattern("['T'][' ']")
            .append(TIME)
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    private static final DateTimeFormatter OFFSET = new DateTimeFormatterBuilder()
            .append(LOCAL)
            .appendOffset("+HH:mm:ss", "Z")
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    private static final Pattern DURATION = Pattern.compile(
            "P(?:(\\d+)Y)?(?:(\\d+)M)?(?:(\\d+)D)?(?:T(?:(\\d+)H)?(?:(\\d+)M)?(?:(\\d+)(?:\\.(\\d{1,9}))?S)?)?");

    private IsoParser() {}

    /** @throws DateTimeException if it is none, as all others here */
    static LocalDate date(String text) {
        return LocalDate.parse(astronomical(text), DATE);
    }

    static LocalTime time(String text) {
        return LocalTime.parse(text, TIME);
    }

    static Instant instant(String text) {
        return OffsetDateTime.parse(astronomical(text), OFFSET).toInstant();
    }

    /** A time without a zone, as if it were of UTC. */
    static Instant local(String text) {
        return LocalDateTime.parse(astronomical(text), LOCAL).toInstant(ZoneOffset.UTC);
    }

    /** Months, days and milliseconds; what is less than one is cut off. */
    static long[] duration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches() || text.endsWith("P") || text.endsWith("T")) {
            throw new DateTimeException("no duration: " + text);
        }
        long millis = number(parts.group(7) == null ? "0" : (parts.group(7) + "00").substring(0, 3));
        return new long[] {
            12 * number(parts.group(1)) + number(parts.group(2)),
            number(parts.group(3)),
            1000 * (3600 * number(parts.group(4)) + 60 * number(parts.group(5)) + number(parts.group(6))) + millis
        };
    }

    private static long number(String digits) {
        if (digits != null && digits.length() > 10) {
            throw new DateTimeException("beyond what a duration can be: " + digits);
        }
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** Before our era there was no year 0; in the count of the library there is. */
    private static String astronomical(String text) {
        int dash = text.indexOf('-');
        if (!text.endsWith(BEFORE) || dash < 1 || !text.substring(0, dash).matches("\\d{4,9}")) {
            return text;
        }
        int year = 1 - Integer.parseInt(text.substring(0, dash));
        return (year < 0 ? "-%04d" : "%04d").formatted(Math.abs(year))
                + text.substring(dash, text.length() - BEFORE.length());
    }
}
