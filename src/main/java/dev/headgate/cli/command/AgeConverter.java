package dev.headgate.cli.command;

import dev.headgate.settings.ValueType;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an age such as 30m or 2d. */
public final class AgeConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String value) {
        try {
            return ValueType.duration(value);
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new TypeConversionException("'" + value + "' is not " + ValueType.DURATION.expected());
        }
    }
}
