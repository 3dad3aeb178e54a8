package dev.headgate.cli.positions;

import dev.headgate.HeadgateException;
import dev.headgate.app.Retrace;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.TextTable;
import dev.headgate.database.Installation;
import dev.headgate.kafka.TopicLog;
import dev.headgate.ledger.Incarnations;
import dev.headgate.message.ReplaySeal;
import dev.headgate.position.Position;
import dev.headgate.position.PositionTable;
import dev.headgate.settings.Settings;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code headgate positions delete}. */
@CommandLine.Command(
        name = "delete",
        description = "Delete the positions of a group in partitions that no route of the folder reads as that group.",
        footer = {
            "",
            "For a group that is not used any more, and for topics that are gone. A group that is used again begins at its committed",
            "offsets: what is read again then is applied again, unless the ledger has its keys."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PositionsDelete extends DatabaseCommand {

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            required = true,
            description = "The consumer group, as `positions list` shows it.")
    private String group;

    @Option(names = "--apply", description = "Do it. Without, say what would be done.")
    private boolean apply;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    private record Deletions(boolean applied, List<PositionJson> deleted) {}

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        PositionTable table = new PositionTable(dataSource);
        List<Position> all = table.all();
        List<Position> own = all.stream()
                .filter(position -> position.key().group().equals(group))
                .toList();
        if (own.isEmpty()) {
            throw new ParameterException(
                    spec().commandLine(),
                    "There are no positions of a group %s: known are %s"
                            .formatted(
                                    group,
                                    all.stream()
                                            .map(position -> position.key().group())
                                            .distinct()
                                            .toList()));
        }
        Set<String> read = read(settings, dataSource);
        List<Position> unused = own.stream()
                .filter(position -> !read.contains(position.key().source()))
                .toList();
        if (apply) {
            unused.forEach(position -> delete(table, position));
        }
        List<PositionJson> deleted = unused.stream()
                .map(position -> PositionJson.of(position, List.of()))
                .toList();
        out().print(json ? PositionJson.JSON.pretty(new Deletions(apply, deleted)) : text(deleted));
        out().flush();
        if (unused.size() < own.size()) {
            say("Those of partitions that a route of %s reads stay: %d of %d."
                    .formatted(routes(), own.size() - unused.size(), own.size()));
        }
        if (!apply && !unused.isEmpty()) {
            say("Nothing is deleted yet: --apply does it.");
        }
        return 0;
    }

    /** The partitions that the folder's routes read as the group, which nobody does at present. */
    private Set<String> read(Settings settings, DataSource dataSource) {
        Incarnations incarnations = new Incarnations(dataSource);
        ReplaySeal seal = new ReplaySeal(() -> Installation.read(dataSource).secret());
        Set<String> read = new HashSet<>();
        try (Retrace retrace = Retrace.start(routes(), settings)) {
            if (retrace.pipelines().isEmpty()) {
                throw new HeadgateException(
                        "No route of %s reads from Kafka, so that there is nobody to ask whether the group %s is being read: use a folder whose routes read from the Kafka of that group."
                                .formatted(routes(), group));
            }
            for (Retrace.Pipeline pipeline : retrace.pipelines()) {
                try (TopicLog log = new TopicLog(pipeline.source(), incarnations::known, seal)) {
                    if (apply && log.isRead(group)) {
                        throw new HeadgateException(
                                "The group %s is being read: stop its processes, or wait until their session is over, and delete then."
                                        .formatted(group));
                    }
                    if (pipeline.group().equals(group)) {
                        log.partitions(null).forEach(partition -> read.add(partition.container()));
                    }
                }
            }
        }
        return read;
    }

    private void delete(PositionTable table, Position position) {
        if (!table.delete(position)) {
            throw new HeadgateException(
                    "%s was taken by a process of group %s meanwhile, and its position stays: find out who reads it."
                            .formatted(position.key().source(), group));
        }
    }

    private static String text(List<PositionJson> deleted) {
        if (deleted.isEmpty()) {
            return "No position is to be deleted.\n";
        }
        return new TextTable<PositionJson>()
                .column("GROUP", 30, PositionJson::group)
                .column("PARTITION", 40, PositionJson::partition)
                .column("POSITION", 12, PositionJson::position)
                .column("KEYS", 4, position -> position.keyed() ? "yes" : "no")
                .column("UPDATED", 16, PositionJson::updated)
                .text(deleted);
    }
}
