package dev.headgate.s3;

import dev.headgate.ConfigurationException;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.Message;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * Which time of a message decides where it is put: {@code arrival}, when its source took it, or {@code field:NAME}, the
 * text of a {@link FieldPath field} of its JSON object, ISO 8601 with an offset.
 */
public final class MessageTime {

    /** Seconds that are taken for milliseconds come before it, microseconds after {@link #END}. */
    private static final Instant EARLIEST_ARRIVAL = Instant.parse("2000-01-01T00:00:00Z");

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    private static final String ARRIVAL = "arrival";
    private static final String FIELD = "field:";
    /** When SQS took it: milliseconds, as text. */
    private static final String SENT = MessageSystemAttributeName.SENT_TIMESTAMP.toString();

    private final @Nullable String field;
    private final InstantSource clock;

    /**
     * @param clock for messages whose source gives no time
     * @throws ConfigurationException if it is neither
     */
    public MessageTime(String text, InstantSource clock) {
        if (!text.equals(ARRIVAL) && !(text.startsWith(FIELD) && text.length() > FIELD.length())) {
            throw new ConfigurationException(
                    "The time is '" + text + "'; expected arrival, or field:NAME such as field:placed_at.");
        }
        this.field = text.equals(ARRIVAL) ? null : text.substring(FIELD.length());
        this.clock = clock;
    }

    /** The field whose text it needs; empty if it needs none. */
    List<FieldPath> fields() {
        return field == null ? List.of() : List.of(new FieldPath(field));
    }

    /**
     * The time of a message. One without a payload has its arrival only.
     *
     * @param text of the field; null if there is none
     * @throws RejectedException if it is none, or one that cannot be meant: a year without four digits, an arrival before
     *     2000
     */
    Instant of(Message message, @Nullable String text) {
        if (field == null || message.payload() == null) {
            return arrival(message);
        }
        try {
            if (text == null) {
                throw new RejectedException("no time", "no text in the field " + field);
            }
            return inRange(OffsetDateTime.parse(text).toInstant(), EARLIEST, "the field " + field + " is " + text);
        } catch (DateTimeParseException e) {
            throw new RejectedException("no time", "the field " + field + " is no time with an offset: " + text);
        }
    }

    /** The same however often it is delivered, as long as the source gives it. */
    private Instant arrival(Message message) {
        org.apache.camel.Message headers = message.exchange().getMessage();
        Long kafka = headers.getHeader(Exchange.MESSAGE_TIMESTAMP, Long.class);
        Long millis = kafka == null ? headers.getHeader(SENT, Long.class) : kafka;
        if (millis == null || millis <= 0) {
            return clock.instant();
        }
        return inRange(Instant.ofEpochMilli(millis), EARLIEST_ARRIVAL, "the timestamp of the message is " + millis);
    }

    private static Instant inRange(Instant time, Instant earliest, String found) {
        if (time.isBefore(earliest) || !time.isBefore(END)) {
            throw new RejectedException(
                    "no time",
                    "%s, which is %s; expected a time from %s to 9999, a timestamp in milliseconds since 1970: let its producer say so, or take the time of a field"
                            .formatted(found, time, earliest.toString().substring(0, 4)));
        }
        return time;
    }
}
