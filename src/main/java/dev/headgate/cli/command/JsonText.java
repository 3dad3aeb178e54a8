package dev.headgate.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Instant;

/**
 * Records as JSON for programs: each component under its name. Times are ISO 8601 in UTC, enumerated values are their
 * text; what there is none of is null. Thread-safe.
 */
public final class JsonText {

    private final ObjectMapper mapper = new ObjectMapper()
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .registerModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance));

    public JsonText() {}

    /** @param names declares the methods of the type whose value has another name, with that name in Jackson's annotation */
    public JsonText(Class<?> type, Class<?> names) {
        mapper.addMixIn(type, names);
    }

    /** The text of a value over several lines, with a line break at its end. */
    public String pretty(Object value) {
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text of a value on one line, with a line break at its end. */
    public String line(Object value) {
        try {
            return mapper.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
