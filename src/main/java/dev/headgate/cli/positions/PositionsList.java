package dev.headgate.cli.positions;

import dev.headgate.app.Retrace;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.Failures;
import dev.headgate.cli.command.TextTable;
import dev.headgate.database.Database;
import dev.headgate.position.Position;
import dev.headgate.position.PositionTable;
import dev.headgate.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code headgate positions list}. */
@CommandLine.Command(
        name = "list",
        description = "List how far each partition is applied, and what its messages have become.",
        footer = {
            "",
            "POSITION is the first offset that is not applied, ABOVE how many behind it are. KEYS tells whether the ledger knows what",
            "was applied: only that is dropped as a duplicate when it is read again. ROUTES are those of the folder that read as the",
            "group."
        })
final class PositionsList extends DatabaseCommand {

    @Option(names = "--group", paramLabel = "GROUP", description = "Only those of this consumer group.")
    private @Nullable String group;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    protected Database open(Settings settings) {
        return Database.toRead(settings);
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        List<Position> positions = new PositionTable(dataSource)
                .all().stream()
                        .filter(position ->
                                group == null || group.equals(position.key().group()))
                        .toList();
        if (positions.isEmpty() && !json) {
            say("There are no positions.");
            return 0;
        }
        @Nullable Map<String, List<String>> readers = positions.isEmpty() ? null : readers(settings);
        List<PositionJson> shown = positions.stream()
                .map(position -> PositionJson.of(
                        position,
                        readers == null
                                ? null
                                : readers.getOrDefault(position.key().group(), List.of())))
                .toList();
        out().print(json ? PositionJson.JSON.pretty(shown) : text(shown));
        out().flush();
        return 0;
    }

    /** The routes of the folder by the group that they read as; null if it cannot be read, for the positions can. */
    private @Nullable Map<String, List<String>> readers(Settings settings) {
        try (Retrace retrace = Retrace.start(routes(), settings)) {
            return retrace.pipelines().stream()
                    .collect(Collectors.groupingBy(
                            Retrace.Pipeline::group, Collectors.mapping(Retrace.Pipeline::name, Collectors.toList())));
        } catch (RuntimeException e) {
            say("Which routes read them is not known: " + Failures.innermost(e));
            return null;
        }
    }

    private static String text(List<PositionJson> positions) {
        return new TextTable<PositionJson>()
                .column("GROUP", 30, PositionJson::group)
                .column("PARTITION", 40, PositionJson::partition)
                .column("POSITION", 12, PositionJson::position)
                .column("ABOVE", 8, PositionJson::above)
                .column("EPOCH", 10, PositionJson::epoch)
                .column("APPLIED", 12, position -> position.outcomes().applied())
                .column("DUPLICATES", 12, position -> position.outcomes().duplicates())
                .column("DEAD", 8, position -> position.outcomes().deadLetters())
                .column("FILTERED", 12, position -> position.outcomes().filtered())
                .column("PARTS", 12, position -> position.outcomes().parts())
                .column("KEYS", 4, position -> position.keyed() ? "yes" : "no")
                .column("UPDATED", 16, PositionJson::updated)
                .column("ROUTES", 30, PositionsList::routes)
                .text(positions);
    }

    private static @Nullable String routes(PositionJson position) {
        List<String> routes = position.routes();
        if (routes == null) {
            return null;
        }
        return routes.isEmpty() ? "none" : String.join(", ", routes);
    }
}
