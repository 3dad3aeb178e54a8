package dev.headgate.decode;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Dates and times as ISO 8601 writes them, and those before our era as Postgres reads them. */
final class IsoText {

    private static final int SECONDS_A_DAY = 86_400;

    private IsoText() {}

    static String date(long days) {
        LocalDate date = LocalDate.ofEpochDay(days);
        return date(new StringBuilder(), date).append(era(date)).toString();
    }

    /** @param perSecond the unit of the value, and so the digits of the fraction */
    static String time(long value, int perSecond) {
        return time(new StringBuilder(), value, perSecond).toString();
    }

    static String timestamp(long value, int perSecond, String zone) {
        return timestamp(
                Math.floorDiv(value, (long) perSecond), Math.floorMod(value, (long) perSecond), perSecond, zone);
    }

    /** @param fraction of the second, from 0 on, in that unit */
    static String timestamp(long second, long fraction, int perSecond, String zone) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        long ofDay = Math.floorMod(second, (long) SECONDS_A_DAY) * perSecond + fraction;
        StringBuilder text = date(new StringBuilder(), time.toLocalDate()).append('T');
        return time(text, ofDay, perSecond)
                .append(zone)
                .append(era(time.toLocalDate()))
                .toString();
    }

    /** Avro's are without a sign. */
    static String duration(int months, int days, int millis) {
        long unsigned = Integer.toUnsignedLong(millis);
        return "P%sM%sDT%d.%03dS"
                .formatted(
                        Integer.toUnsignedString(months),
                        Integer.toUnsignedString(days),
                        unsigned / 1000,
                        unsigned % 1000);
    }

    private static StringBuilder date(StringBuilder text, LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        padded(text, year, 1000).append('-');
        padded(text, date.getMonthValue(), 10).append('-');
        return padded(text, date.getDayOfMonth(), 10);
    }

    private static StringBuilder time(StringBuilder text, long value, int perSecond) {
        int second = (int) (value / perSecond);
        padded(text, second / 3600, 10).append(':');
        padded(text, second / 60 % 60, 10).append(':');
        padded(text, second % 60, 10).append('.');
        return padded(text, (int) (value % perSecond), perSecond / 10);
    }

    private static String era(LocalDate date) {
        return date.getYear() > 0 ? "" : " BC";
    }

    /** With zeros in front, to as many digits as the lowest number has. */
    private static StringBuilder padded(StringBuilder text, int value, int lowest) {
        for (int digit = lowest; digit > 1 && value < digit; digit /= 10) {
            text.append('0');
        }
        return text.append(value);
    }
}
