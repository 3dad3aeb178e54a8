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
import dev.headgate.position.PositionKey;
import dev.headgate.position.PositionTable;
import dev.headgate.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What moves positions of a pipeline, once it is told to: before that it says what would be moved. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
abstract class PositionsMove extends DatabaseCommand {

    @Option(names = "--pipeline", paramLabel = "NAME", required = true, description = "The id of the route that reads.")
    private String pipeline;

    @Option(names = "--apply", description = "Do it. Without, say what would be done.")
    private boolean apply;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /**
     * One partition's.
     *
     * @param from null if it has none, or nobody has read yet
     * @param keyed whether what is applied again behind it is dropped as a duplicate, as the ledger knows it
     */
    record Move(String group, String partition, @Nullable Long from, long to, boolean keyed) {}

    private record Moves(boolean applied, List<Move> moves) {}

    /** Where the partition's position is to be; null where it stays. */
    abstract @Nullable Long target(TopicLog log, TopicLog.Partition partition, @Nullable Long position);

    /** Refuses what the partitions do not allow. */
    void check(List<TopicLog.Partition> partitions) {}

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        PositionTable table = new PositionTable(dataSource);
        Moves moves = new Moves(apply, moves(settings, dataSource, table));
        if (apply) {
            moves.moves.forEach(move -> table.set(new PositionKey(move.group, move.partition), move.to));
        }
        out().print(json ? PositionJson.JSON.pretty(moves) : text(moves.moves));
        out().flush();
        if (moves.moves.stream().anyMatch(move -> !move.keyed && move.from != null && move.to < move.from)) {
            say("The ledger has no keys of these (idempotency=positions): what is read again is applied again.");
        }
        if (!apply && !moves.moves.isEmpty()) {
            say("Nothing is moved yet: --apply does it.");
        }
        return 0;
    }

    private List<Move> moves(Settings settings, DataSource dataSource, PositionTable table) {
        Map<PositionKey, Position> positions =
                table.all().stream().collect(Collectors.toMap(Position::key, Function.identity()));
        Incarnations incarnations = new Incarnations(dataSource);
        ReplaySeal seal = new ReplaySeal(() -> Installation.read(dataSource).secret());
        List<Move> moves = new ArrayList<>();
        try (Retrace retrace = Retrace.start(routes(), settings)) {
            Retrace.Pipeline named = named(retrace);
            String group = named.group();
            try (TopicLog log = new TopicLog(named.source(), incarnations::known, seal)) {
                if (apply && log.isRead(group)) {
                    throw new HeadgateException(
                            "The group %s is being read: stop the processes of pipeline %s, or wait until their session is over, and move its positions then."
                                    .formatted(group, pipeline));
                }
                List<TopicLog.Partition> partitions = log.partitions(group);
                check(partitions);
                for (TopicLog.Partition partition : partitions) {
                    PositionKey key = new PositionKey(group, partition.container());
                    Position known = positions.get(key);
                    Long from = known == null || known.low() == null ? partition.committed() : known.low();
                    Long to = target(log, partition, from);
                    if (to != null && !to.equals(from)) {
                        moves.add(new Move(group, key.source(), from, to, known == null || known.keyed()));
                    }
                }
            }
        }
        return moves;
    }

    private Retrace.Pipeline named(Retrace retrace) {
        return retrace.pipelines().stream()
                .filter(known -> known.name().equals(pipeline))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec().commandLine(),
                        "There is no pipeline %s that reads from Kafka: known are %s"
                                .formatted(
                                        pipeline,
                                        retrace.pipelines().stream()
                                                .map(Retrace.Pipeline::name)
                                                .toList())));
    }

    private String text(List<Move> moves) {
        if (moves.isEmpty()) {
            return "No position is to be moved.\n";
        }
        return new TextTable<Move>()
                .column("GROUP", 30, Move::group)
                .column("PARTITION", 40, Move::partition)
                .column("FROM", 12, Move::from)
                .column("TO", 12, Move::to)
                .column("AGAIN", 12, move -> move.from() == null ? null : Math.max(0, move.from() - move.to()))
                .column("SKIPPED", 12, move -> move.from() == null ? null : Math.max(0, move.to() - move.from()))
                .text(moves);
    }
}
