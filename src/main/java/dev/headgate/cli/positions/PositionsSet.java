package dev.headgate.cli.positions;

import dev.headgate.kafka.TopicLog;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code headgate positions set}. */
@CommandLine.Command(
        name = "set",
        description = "Set the position of one partition of a stopped pipeline: back, to read again, or on, to skip.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PositionsSet extends PositionsMove {

    @Option(
            names = "--partition",
            paramLabel = "PARTITION",
            required = true,
            description = "As `positions list` shows it, such as orders-0.")
    private String partition;

    @Option(
            names = "--offset",
            paramLabel = "N",
            required = true,
            description = "The first offset that is not applied, within the partition's log.")
    private long offset;

    @Override
    void check(List<TopicLog.Partition> partitions) {
        TopicLog.Partition named = partitions.stream()
                .filter(known -> known.container().equals(partition))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec().commandLine(),
                        "There is no partition %s: known are %s"
                                .formatted(
                                        partition,
                                        partitions.stream()
                                                .map(TopicLog.Partition::container)
                                                .toList())));
        if (offset < named.start() || offset > named.end()) {
            throw new ParameterException(
                    spec().commandLine(),
                    "--offset must be from %d to %d, which %s has, found %d"
                            .formatted(named.start(), named.end(), partition, offset));
        }
    }

    @Override
    @Nullable
    Long target(TopicLog log, TopicLog.Partition of, @Nullable Long position) {
        return of.container().equals(partition) ? (Long) offset : null;
    }
}
