package dev.headgate.cli.positions;

import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.TextTable;
import dev.headgate.database.Database;
import dev.headgate.position.Position;
import dev.headgate.position.PositionTable;
import dev.headgate.settings.Settings;
import java.util.List;
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
            "was applied: only that is dropped as a duplicate when it is read again."
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
        } else {
            out().print(
                            json
                                    ? PositionJson.JSON.pretty(positions.stream()
                                            .map(PositionJson::of)
                                            .toList())
                                    : text(positions));
            out().flush();
        }
        return 0;
    }

    private static String text(List<Position> positions) {
        return new TextTable<Position>()
                .column("GROUP", 30, position -> position.key().group())
                .column("PARTITION", 40, position -> position.key().source())
                .column("POSITION", 12, Position::low)
                .column("ABOVE", 8, position -> position.above().size())
                .column("EPOCH", 6, Position::epoch)
                .column("APPLIED", 12, position -> position.outcomes().applied())
                .column("DUPLICATES", 12, position -> position.outcomes().duplicates())
                .column("DEAD", 8, position -> position.outcomes().deadLetters())
                .column("FILTERED", 12, position -> position.outcomes().filtered())
                .column("PARTS", 12, position -> position.outcomes().parts())
                .column("KEYS", 4, position -> position.keyed() ? "yes" : "no")
                .column("UPDATED", 16, Position::updatedAt)
                .text(positions);
    }
}
