package dev.headgate.cli.positions;

import dev.headgate.kafka.TopicLog;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code headgate positions rewind}. */
@CommandLine.Command(
        name = "rewind",
        description =
                "Have a stopped pipeline read again all that came since a time: what the ledger knows is dropped as a duplicate.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PositionsRewind extends PositionsMove {

    @Option(
            names = "--to-time",
            paramLabel = "TIME",
            required = true,
            converter = TimeConverter.class,
            description = "Such as 2026-11-27T08:00:00Z; compared with the timestamps of the records.")
    private Instant time;

    @Override
    @Nullable
    Long target(TopicLog log, TopicLog.Partition partition, @Nullable Long position) {
        long offset = log.offsetAt(partition, time);
        return position == null || offset >= position ? null : (Long) offset;
    }

    /** With an offset, so that nobody guesses the zone. */
    static final class TimeConverter implements ITypeConverter<Instant> {

        @Override
        public Instant convert(String value) {
            try {
                return OffsetDateTime.parse(value).toInstant();
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + value + "' is not a time with its offset, such as 2026-11-27T08:00:00Z");
            }
        }
    }
}
