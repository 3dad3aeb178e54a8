package dev.headgate.cli.verify;

import dev.headgate.app.Retrace;
import dev.headgate.app.Retrace.Arrival;
import dev.headgate.cli.command.Progress;
import dev.headgate.cli.verify.Discrepancy.Examples;
import dev.headgate.cli.verify.Discrepancy.Kind;
import dev.headgate.cli.verify.Discrepancy.Severity;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.kafka.TopicLog;
import dev.headgate.ledger.LedgerTable;
import dev.headgate.ledger.LedgerTable.Known;
import dev.headgate.message.Content;
import dev.headgate.message.SourcePosition;
import dev.headgate.position.Position;
import dev.headgate.position.PositionKey;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Whether each record below the position of its partition has an outcome. Its route says what it is known by; the ledger and
 * the dead letters are asked for some thousands at once. Where batches write no keys into the ledger, the position itself
 * says that a record is applied.
 */
final class SourceProof {

    private static final int RECORDS_AT_ONCE = 2_000;
    private static final int WINDOWS = 10;

    /** Rows are purged in chunks, not all in the moment in which their time is over. */
    private static final Duration AROUND_RETENTION = Duration.ofHours(1);

    private record Read(SourcePosition position, Instant time, Retrace.Way way) {}

    private final Retrace retrace;
    private final LedgerTable ledger;
    private final DeadLetterTable deadLetters;
    private final Map<PositionKey, Position> positions;
    private final Options options;
    private final Instant ledgerHorizon;
    private final Instant deadLetterHorizon;
    private final List<PartitionAccount> accounts = new ArrayList<>();
    private final List<Discrepancy> found = new ArrayList<>();

    SourceProof(
            Retrace retrace,
            LedgerTable ledger,
            DeadLetterTable deadLetters,
            List<Position> positions,
            Options options,
            Settings settings) {
        this.retrace = retrace;
        this.ledger = ledger;
        this.deadLetters = deadLetters;
        this.positions = positions.stream().collect(Collectors.toMap(Position::key, Function.identity()));
        this.options = options;
        this.ledgerHorizon = options.horizon(settings.getDuration(SettingKey.LEDGER_RETENTION))
                .plus(AROUND_RETENTION);
        this.deadLetterHorizon = options.horizon(settings.getDuration(SettingKey.DEAD_LETTERS_RETENTION))
                .plus(AROUND_RETENTION);
    }

    List<PartitionAccount> accounts() {
        return accounts;
    }

    List<Discrepancy> found() {
        return found;
    }

    /** Looks at all partitions of a pipeline, one after the other. */
    void look(Retrace.Pipeline pipeline, TopicLog log) {
        String group = pipeline.group();
        List<TopicLog.Partition> partitions = log.partitions(group).stream()
                .sorted(Comparator.comparing(TopicLog.Partition::topic).thenComparing(TopicLog.Partition::partition))
                .toList();
        List<PartitionAccount> own = new ArrayList<>();
        for (TopicLog.Partition partition : partitions) {
            Long position = position(group, partition);
            if (position != null) {
                own.add(new Account(pipeline, log, partition, position, positionOf(group, partition)).look());
            }
        }
        accounts.addAll(own);
        boolean others = own.stream().anyMatch(PartitionAccount::hasOthers)
                || own.stream().allMatch(account -> account.records() == 0);
        for (TopicLog.Partition partition : partitions) {
            Long position = position(group, partition);
            Position known = positionOf(group, partition);
            boolean keyed = known == null || known.keyed();
            if (position != null && keyed && partition.start() > 0 && options.since() == null) {
                belowTheLog(pipeline.name(), partition, position, others);
            }
        }
    }

    private @Nullable Position positionOf(String group, TopicLog.Partition partition) {
        return positions.get(new PositionKey(group, partition.container()));
    }

    /** That in the database; before there is one, the group's offset. */
    private @Nullable Long position(String group, TopicLog.Partition partition) {
        Position known = positionOf(group, partition);
        return known == null || known.low() == null ? partition.committed() : known.low();
    }

    /** What the brokers have deleted, and no table has. */
    private void belowTheLog(String pipeline, TopicLog.Partition partition, long position, boolean others) {
        Examples unread = new Examples();
        String container = partition.container();
        ledger.gaps(
                pipeline,
                container,
                Math.min(partition.start(), position),
                ledgerHorizon,
                (from, end) -> unread.add(end - from, range(container, from, end), null));
        if (!unread.isEmpty()) {
            found.add(
                    unread.as(
                            Kind.DELETED_UNREAD,
                            others ? Severity.WARNING : Severity.ERROR,
                            pipeline,
                            container,
                            others
                                    ? "has %d offsets below the log's start that no table has: duplicates, filtered, of transactions, or deleted before they were read"
                                    : "had %d records that the brokers deleted (retention) before they were read",
                            "compare with headgate_kafka_missing_messages_total; raise the topic's retention.ms or retention.bytes, and send them again if their sender can."));
        }
        if (position < partition.start()) {
            Examples next = new Examples();
            next.add(partition.start() - position, range(container, position, partition.start()), null);
            found.add(next.as(
                    Kind.DELETED_UNREAD,
                    Severity.ERROR,
                    pipeline,
                    container,
                    "had %d offsets at its position that the brokers deleted (retention) before they were read",
                    "raise the topic's retention.ms or retention.bytes, and send them again if their sender can."));
        }
    }

    private static String range(String container, long from, long end) {
        return end == from + 1 ? container + "-" + from : "%s-%d to %d".formatted(container, from, end - 1);
    }

    /** The account of one partition while it is made. */
    private final class Account {

        private final Retrace.Pipeline pipeline;
        private final TopicLog log;
        private final TopicLog.Partition partition;
        private final long position;
        private final @Nullable Position known;
        private final List<Read> reads = new ArrayList<>();
        private final Examples lost = new Examples();
        private final Examples unproven = new Examples();
        private final Examples conflicts = new Examples();
        private long records;
        private long offsets;
        private long applied;
        private long duplicates;
        private long dead;
        private long filtered;
        private long expired;

        Account(
                Retrace.Pipeline pipeline,
                TopicLog log,
                TopicLog.Partition partition,
                long position,
                @Nullable Position known) {
            this.pipeline = pipeline;
            this.log = log;
            this.partition = partition;
            this.position = position;
            this.known = known;
        }

        PartitionAccount look() {
            Instant since = options.since();
            long from = since == null ? partition.start() : log.offsetAt(partition, since);
            long end = Math.min(position, partition.end());
            Progress progress =
                    new Progress(options.progress(), "Looked at " + partition.container() + " to offset", end);
            for (long[] window : windows(Math.min(from, end), end)) {
                offsets += window[1] - window[0];
                log.read(partition, window[0], window[1], pipeline.name(), (offset, time, exchange) -> {
                    records++;
                    reads.add(read(time, exchange));
                    if (reads.size() == RECORDS_AT_ONCE) {
                        settle();
                        progress.reached(offset);
                    }
                });
            }
            settle();
            say();
            return new PartitionAccount(
                    pipeline.name(),
                    partition.container(),
                    Math.min(from, end),
                    position,
                    records,
                    applied,
                    duplicates,
                    dead,
                    filtered,
                    expired,
                    unproven.count(),
                    lost.count(),
                    offsets - records);
        }

        /** The whole range, or parts of it, evenly spread. */
        private List<long[]> windows(long from, long end) {
            Integer sample = options.sample();
            if (sample == null || end - from <= sample) {
                return List.<long[]>of(new long[] {from, end});
            }
            List<long[]> windows = new ArrayList<>();
            int count = Math.min(WINDOWS, sample);
            for (int i = 0; i < count; i++) {
                long begin = from + (end - from - sample / count) * i / Math.max(1, count - 1);
                windows.add(new long[] {begin, begin + sample / count});
            }
            return windows;
        }

        private Read read(Instant time, Exchange exchange) {
            SourcePosition place = SourcePosition.of(exchange);
            return new Read(place, time, retrace.way(pipeline, exchange));
        }

        private void settle() {
            List<String> keys = new ArrayList<>();
            for (Read read : reads) {
                read.way
                        .arrivals()
                        .forEach(arrival -> keys.add(arrival.identity().key()));
            }
            Map<String, Known> known = ledger.known(pipeline.name(), keys);
            List<String> positions = new ArrayList<>();
            for (Read read : reads) {
                if (read.way.arrivals().isEmpty()
                        || read.way.arrivals().stream()
                                .anyMatch(arrival ->
                                        !known.containsKey(arrival.identity().key()))) {
                    positions.add(read.position.toString());
                    read.way
                            .arrivals()
                            .forEach(arrival -> positions.add(arrival.position().toString()));
                }
            }
            Set<String> letters = positions.isEmpty() ? Set.of() : deadLetters.sources(pipeline.name(), positions);
            reads.forEach(read -> count(read, known, letters));
            reads.clear();
        }

        private void count(Read read, Map<String, Known> known, Set<String> letters) {
            if (letters.contains(read.position.toString())) {
                dead++;
            } else if (read.way.arrivals().isEmpty()) {
                if (read.way.certain()) {
                    filtered++;
                } else {
                    unproven.add(read.position.toString(), null);
                }
            } else {
                count(read, missing(read, known, letters), known);
            }
        }

        private List<Arrival> missing(Read read, Map<String, Known> known, Set<String> letters) {
            return read.way.arrivals().stream()
                    .filter(arrival -> !known.containsKey(arrival.identity().key())
                            && !letters.contains(arrival.position().toString()))
                    .toList();
        }

        private void count(Read read, List<Arrival> missing, Map<String, Known> known) {
            if (!missing.isEmpty() && isAppliedByPosition(read, missing)) {
                applied++;
                return;
            }
            if (!missing.isEmpty()) {
                Arrival first = missing.get(0);
                if (read.time.isBefore(first.rejected() ? deadLetterHorizon : ledgerHorizon)) {
                    expired++;
                } else {
                    (read.way.certain() ? lost : unproven)
                            .add(first.position().toString(), first.identity().key());
                }
                return;
            }
            boolean own = false;
            for (Arrival arrival : read.way.arrivals()) {
                Known row = known.get(arrival.identity().key());
                String place = arrival.position().toString();
                if (row == null) {
                    // A part that is a dead letter.
                    own = true;
                } else if (row.source() == null || row.source().equals(place)) {
                    own = true;
                } else if (hasOtherContent(arrival, row)) {
                    conflicts.add(place, arrival.identity().key());
                }
            }
            if (own) {
                applied++;
            } else {
                duplicates++;
            }
        }

        /** A part has its key in the ledger, whatever the batch says, and a refused message is a dead letter. */
        private boolean isAppliedByPosition(Read read, List<Arrival> missing) {
            return known != null
                    && !known.keyed()
                    && read.position instanceof SourcePosition.Kafka place
                    && known.covers(place.offset())
                    && missing.stream()
                            .allMatch(arrival ->
                                    !arrival.rejected() && arrival.position().equals(read.position));
        }

        private static boolean hasOtherContent(Arrival arrival, Known row) {
            long content = arrival.identity().content();
            return content != row.content() && content != Content.UNKNOWN && row.content() != Content.UNKNOWN;
        }

        private void say() {
            String where = partition.container();
            Consumer<Discrepancy> say = found::add;
            if (position > partition.end() + partition.unreadable()) {
                say.accept(
                        new Discrepancy(
                                Kind.BEYOND_THE_END,
                                Severity.ERROR,
                                pipeline.name(),
                                where,
                                position - partition.end(),
                                List.of(),
                                "ends at %d, %%d offsets before the position".formatted(partition.end()),
                                "its brokers have lost its end (an unclean leader election, a restored backup): what is there is read again from where it diverged, and what is new there without a message-id counts as a duplicate; send it again."));
            }
            if (!lost.isEmpty()) {
                say.accept(
                        lost.as(
                                Kind.LOST,
                                Severity.ERROR,
                                pipeline.name(),
                                where,
                                "has %d records below the position that are neither in the ledger nor dead letters",
                                "set the position back to the first of them while the pipeline is stopped (`headgate positions set`): what the ledger has is dropped as a duplicate."));
            }
            if (!unproven.isEmpty()) {
                say.accept(unproven.as(
                        Kind.UNPROVEN,
                        Severity.WARNING,
                        pipeline.name(),
                        where,
                        "has %d records that the route filtered or that are lost: a step decides that asks another server, or fails now",
                        "put the idempotentConsumer and the filter before that step."));
            }
            if (!conflicts.isEmpty()) {
                say.accept(conflicts.as(
                        Kind.OTHER_CONTENT,
                        Severity.WARNING,
                        pipeline.name(),
                        where,
                        "has %d duplicates that hold something else than what was applied under their key",
                        "have the sender use an id once; onConflict=dead-letter keeps such messages."));
            }
            if (offsets > records) {
                say.accept(new Discrepancy(
                        Kind.NO_RECORD,
                        Severity.NOTE,
                        pipeline.name(),
                        where,
                        offsets - records,
                        List.of(),
                        "has %d offsets without a record",
                        partition.compacted()
                                ? "the topic is compacted, or they are of transactions."
                                : "they are of transactions: their markers, and what was aborted."));
            }
        }
    }
}
