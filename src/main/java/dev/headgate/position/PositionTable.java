package dev.headgate.position;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The SQL of the table {@code headgate.source_position}. */
public final class PositionTable {

    // Epochs begin with the time in seconds: those of a position that was deleted are not given again to its successor.
    private static final String MAKE = """
            insert into headgate.source_position (consumer_group, source, lane, epoch)
            values (?, ?, '', extract(epoch from now())::bigint)
            on conflict do nothing
            """;

    // Whoever has this row takes nothing from writers but those that make a lane's row.
    private static final String TAKE = """
            update headgate.source_position set epoch = epoch + 1, updated_at = now()
            where consumer_group = ? and source = ? and lane = ''
            returning epoch, low, above, applied, duplicates, dead_letters, filtered, parts, keyed
            """;

    // Waits for the transactions that have written a lane's row, and have not ended.
    private static final String TAKE_UP = """
            delete from headgate.source_position
            where consumer_group = ? and source = ? and lane <> ''
            returning epoch, low, above, applied, duplicates, dead_letters, filtered, parts, keyed
            """;

    private static final String KEEP = """
            update headgate.source_position
            set low = ?, above = ?, applied = ?, duplicates = ?, dead_letters = ?, filtered = ?, parts = ?, keyed = ?,
                updated_at = now()
            where consumer_group = ? and source = ? and lane = '' and epoch = ?
            """;

    // A lane's first write in an epoch locks the partition's own row against the next owner; later ones have the
    // lane's.
    private static final String WRITE = """
            with m as (
                select *
                from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bytea[], ?::bigint[], ?::bigint[],
                    ?::bigint[], ?::bigint[], ?::bigint[], ?::boolean[])
                as m (consumer_group, source, lane, epoch, low, above, writes, applied, duplicates, dead_letters, parts, keyed)
            ), moved as (
                update headgate.source_position p
                set low = m.low, above = m.above, writes = m.writes, applied = m.applied, duplicates = m.duplicates,
                    dead_letters = m.dead_letters, parts = m.parts, keyed = m.keyed, updated_at = now()
                from m
                where p.consumer_group = m.consumer_group and p.source = m.source and p.lane = m.lane and p.epoch = m.epoch
                    and p.writes = m.writes - 1
                returning p.consumer_group, p.source, p.lane
            ), made as (
                insert into headgate.source_position (consumer_group, source, lane, epoch, low, above, writes, applied,
                    duplicates, dead_letters, parts, keyed)
                select m.consumer_group, m.source, m.lane, m.epoch, m.low, m.above, m.writes, m.applied, m.duplicates,
                    m.dead_letters, m.parts, m.keyed
                from m
                join headgate.source_position o
                    on o.consumer_group = m.consumer_group and o.source = m.source and o.lane = '' and o.epoch = m.epoch
                where (m.consumer_group, m.source, m.lane) not in (select * from moved)
                for share of o
                on conflict do nothing
                returning consumer_group, source
            )
            select consumer_group, source from moved union all select consumer_group, source from made
            """;

    private static final String EPOCH =
            "select epoch from headgate.source_position where consumer_group = ? and source = ? and lane = ''";

    // Waits for a transaction that has written it, and whose commit nobody has heard the answer of.
    private static final String LANE = """
            select writes, above, applied, duplicates, dead_letters, filtered, parts from headgate.source_position
            where consumer_group = ? and source = ? and lane = ? and epoch = ?
            for update
            """;

    // Waits for whoever takes the partition, and then deletes nothing.
    private static final String DELETE = """
            with own as (
                select consumer_group, source from headgate.source_position
                where consumer_group = ? and source = ? and lane = '' and epoch = ?
                for update
            )
            delete from headgate.source_position p using own
            where p.consumer_group = own.consumer_group and p.source = own.source
            """;

    private static final String ALL = """
            select consumer_group, source, lane, epoch, low, above, applied, duplicates, dead_letters, filtered, parts, keyed,
                updated_at
            from headgate.source_position
            order by consumer_group, source, lane
            """;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    public PositionTable(DataSource database) {
        this.jdbc = new JdbcTemplate(database);
        this.transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
    }

    /** What a row of the partition says. */
    private record Row(long epoch, @Nullable Long low, OffsetSet above, Outcomes outcomes, boolean keyed) {

        static Row of(ResultSet row) throws SQLException {
            long low = row.getLong("low");
            Long known = row.wasNull() ? null : (Long) low;
            return new Row(row.getLong("epoch"), known, above(row), outcomes(row), row.getBoolean("keyed"));
        }

        static OffsetSet above(ResultSet row) throws SQLException {
            byte[] above = row.getBytes("above");
            return above == null ? new OffsetSet() : OffsetSet.of(above);
        }

        static Outcomes outcomes(ResultSet row) throws SQLException {
            return new Outcomes(
                    row.getLong("applied"),
                    row.getLong("duplicates"),
                    row.getLong("dead_letters"),
                    row.getLong("filtered"),
                    row.getLong("parts"));
        }

        static Taken merged(List<Row> rows) {
            long low = Tenure.NOWHERE;
            long epoch = 0;
            boolean keyed = true;
            OffsetSet above = new OffsetSet();
            Outcomes outcomes = Outcomes.NONE;
            for (Row row : rows) {
                low = row.low == null ? low : Math.max(low, row.low);
                epoch = Math.max(epoch, row.epoch);
                keyed &= row.keyed;
                above.addAll(row.above);
                outcomes = outcomes.plus(row.outcomes);
            }
            if (low != Tenure.NOWHERE) {
                low = above.firstMissing(low);
                above.removeBelow(low);
            }
            return new Taken(epoch, low, above, outcomes, keyed);
        }
    }

    /**
     * Makes the caller the owner of a partition: waits for the transactions in which an earlier owner has written its position,
     * and makes all that come later fail. Durable when it returns.
     */
    Tenure take(PositionKey key) {
        return take(key, found -> found);
    }

    /** As {@link #take(PositionKey)}, and nothing at and behind the offset has ended. */
    Tenure takeBack(PositionKey key, long to) {
        return take(key, found -> new Taken(found.epoch(), to, new OffsetSet(), found.outcomes(), found.keyed()));
    }

    private Tenure take(PositionKey key, Function<Taken, Taken> change) {
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.update(MAKE, key.group(), key.source());
            List<Row> rows = new ArrayList<>(jdbc.query(TAKE, (row, number) -> Row.of(row), key.group(), key.source()));
            rows.addAll(jdbc.query(TAKE_UP, (row, number) -> Row.of(row), key.group(), key.source()));
            Taken taken = change.apply(Row.merged(rows));
            keep(key, taken, taken.low(), taken.outcomes());
            return new Tenure(key, taken);
        }));
    }

    private boolean keep(PositionKey key, Taken taken, long low, Outcomes outcomes) {
        OffsetSet above = taken.above().copy();
        above.removeBelow(low);
        return jdbc.update(
                        KEEP,
                        low == Tenure.NOWHERE ? null : (Long) low,
                        above.isEmpty() ? null : above.toBytes(),
                        outcomes.applied(),
                        outcomes.duplicates(),
                        outcomes.deadLetters(),
                        outcomes.filtered(),
                        outcomes.parts(),
                        taken.keyed(),
                        key.group(),
                        key.source(),
                        taken.epoch())
                == 1;
    }

    /** Writes what no batch has: the watermark, and how many records came to none. */
    void writeRest(Tenure tenure) {
        Tenure.Unwritten now = tenure.unwritten();
        if (now == null || tenure.isLost()) {
            return;
        }
        Outcomes outcomes = tenure.taken().outcomes().plus(now.outside());
        if (keep(tenure.key(), tenure.taken(), now.low(), outcomes)) {
            tenure.written(now);
        } else {
            tenure.lose();
        }
    }

    /** Asks what has become of attempts whose end is not known, before others follow; joins the transaction. */
    public void resolve(Collection<LanePosition> lanes) {
        for (LanePosition lane : lanes) {
            if (lane.isUncertain()) {
                PositionKey key = lane.tenure().key();
                List<LanePosition.Written> rows = jdbc.query(
                        LANE,
                        (row, number) ->
                                new LanePosition.Written(row.getLong("writes"), Row.above(row), Row.outcomes(row)),
                        key.group(),
                        key.source(),
                        lane.lane(),
                        lane.tenure().epoch());
                lane.resolve(rows.isEmpty() ? null : rows.get(0));
            }
        }
    }

    /**
     * Writes how far partitions are applied, in one statement; joins the transaction that applies it.
     *
     * @throws PartitionLostException if one of them is another owner's, who would read what is applied here again
     */
    public void write(Map<LanePosition, LaneAttempt> attempts) {
        if (attempts.isEmpty()) {
            return;
        }
        Set<PositionKey> written = new HashSet<>();
        Arrays rows = new Arrays(attempts.size());
        attempts.forEach(rows::add);
        jdbc.execute(WRITE, (PreparedStatement statement) -> {
            rows.set(statement);
            try (ResultSet answer = statement.executeQuery()) {
                while (answer.next()) {
                    written.add(new PositionKey(answer.getString(1), answer.getString(2)));
                }
            }
            return null;
        });
        for (LanePosition lane : attempts.keySet()) {
            if (!written.contains(lane.tenure().key())) {
                throw lost(lane.tenure());
            }
        }
    }

    private PartitionLostException lost(Tenure tenure) {
        PositionKey key = tenure.key();
        List<Long> epoch = jdbc.queryForList(EPOCH, Long.class, key.group(), key.source());
        if (epoch.isEmpty() || epoch.get(0) != tenure.epoch()) {
            tenure.lose();
        }
        return new PartitionLostException(key, tenure.epoch(), epoch.isEmpty() ? null : epoch.get(0));
    }

    /** The positions of all partitions of all groups, in order. */
    public List<Position> all() {
        Map<String, List<Row>> rows = new TreeMap<>();
        Map<String, PositionKey> keys = new TreeMap<>();
        Map<String, Instant> updated = new TreeMap<>();
        jdbc.query(ALL, (ResultSet row) -> {
            PositionKey key = new PositionKey(row.getString("consumer_group"), row.getString("source"));
            String name = key.group() + "\n" + key.source();
            keys.put(name, key);
            rows.computeIfAbsent(name, unknown -> new ArrayList<>()).add(Row.of(row));
            updated.merge(
                    name,
                    row.getTimestamp("updated_at").toInstant(),
                    (first, second) -> first.isAfter(second) ? first : second);
        });
        return rows.entrySet().stream()
                .map(entry -> {
                    Taken merged = Row.merged(entry.getValue());
                    return new Position(
                            Objects.requireNonNull(keys.get(entry.getKey())),
                            merged.epoch(),
                            merged.low() == Tenure.NOWHERE ? null : (Long) merged.low(),
                            merged.above(),
                            merged.outcomes(),
                            merged.keyed(),
                            Objects.requireNonNull(updated.get(entry.getKey())));
                })
                .toList();
    }

    /** Nothing at and behind the offset has ended from now on; whoever owns the partition loses it. */
    public void set(PositionKey key, long offset) {
        takeBack(key, offset);
    }

    /** Forgets a position as it was read; false if somebody has taken the partition since, and it stays. */
    public boolean delete(Position known) {
        return jdbc.update(DELETE, known.key().group(), known.key().source(), known.epoch()) > 0;
    }

    /** The parameters of {@link #WRITE}. */
    private static final class Arrays {

        private final String[][] texts;
        private final Long[][] numbers;
        private final byte[][] above;
        private final Boolean[] keyed;
        private int next;

        Arrays(int size) {
            texts = new String[3][size];
            numbers = new Long[7][size];
            above = new byte[size][];
            keyed = new Boolean[size];
        }

        void add(LanePosition lane, LaneAttempt attempt) {
            Tenure tenure = lane.tenure();
            long low = tenure.low();
            LanePosition.Written row = lane.attempt(attempt.offsets(), attempt.outcomes(), low);
            String[] names = {tenure.key().group(), tenure.key().source(), lane.lane()};
            Long[] values = {
                tenure.epoch(),
                low == Tenure.NOWHERE ? null : (Long) low,
                row.number(),
                row.outcomes().applied(),
                row.outcomes().duplicates(),
                row.outcomes().deadLetters(),
                row.outcomes().parts()
            };
            for (int i = 0; i < names.length; i++) {
                texts[i][next] = names[i];
            }
            for (int i = 0; i < values.length; i++) {
                numbers[i][next] = values[i];
            }
            above[next] = row.offsets().isEmpty() ? null : row.offsets().toBytes();
            keyed[next] = attempt.keyed();
            next++;
        }

        void set(PreparedStatement statement) throws SQLException {
            Connection connection = statement.getConnection();
            int parameter = 1;
            for (String[] text : texts) {
                statement.setArray(parameter++, connection.createArrayOf("text", text));
            }
            for (int i = 0; i < 2; i++) {
                statement.setArray(parameter++, connection.createArrayOf("int8", numbers[i]));
            }
            statement.setArray(parameter++, connection.createArrayOf("bytea", above));
            for (int i = 2; i < numbers.length; i++) {
                statement.setArray(parameter++, connection.createArrayOf("int8", numbers[i]));
            }
            statement.setArray(parameter, connection.createArrayOf("bool", keyed));
        }
    }
}
