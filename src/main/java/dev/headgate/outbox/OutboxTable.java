package dev.headgate.outbox;

import dev.headgate.ConfigurationException;
import dev.headgate.database.IndexPlans;
import dev.headgate.message.SourcePosition;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.postgresql.PGStatement;

/**
 * The pending entries of one destination and the leases of their shards, seen through one connection by one relay.
 *
 * <p>Every statement commits by itself. Leases belong to the relay, not to the connection: they outlive it until they expire, by
 * the clock of the database. Not thread-safe. After an {@link SQLException} the object must be closed and not used again.
 */
final class OutboxTable implements AutoCloseable {

    private final String destination;
    private final String holder;
    private final Takeover takeover;
    private final Connection connection;
    private final LowWaterMarks marks;

    /** What becomes of shards whose holder has let his lease expire. */
    enum Takeover {
        /** The next one claims them: what he was sending may be sent again. */
        AT_ONCE,
        /** Nobody claims them before somebody {@link #release(String) releases} them in his place. */
        WHEN_SETTLED
    }

    private OutboxTable(
            String destination, String holder, Takeover takeover, Connection connection, LongSupplier nanoTime) {
        this.destination = destination;
        this.holder = holder;
        this.takeover = takeover;
        this.connection = connection;
        this.marks = new LowWaterMarks(ALL_SHARDS.size(), nanoTime);
    }

    private static final String MAKE_SHARDS = """
            insert into headgate.outbox_shard (destination, shard)
            select ?, s.shard from generate_series(0, 15) s(shard)
            on conflict do nothing
            """;

    /**
     * Takes one connection out of the data source until {@link #close()}.
     *
     * @param holder the relay's name in the leases, which no other has
     */
    static OutboxTable open(DataSource dataSource, String destination, String holder, Takeover takeover)
            throws SQLException {
        return open(dataSource, destination, holder, takeover, System::nanoTime);
    }

    /** With a clock of its own, for tests of time. */
    static OutboxTable open(
            DataSource dataSource, String destination, String holder, Takeover takeover, LongSupplier nanoTime)
            throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            connection.setAutoCommit(true);
            try (PreparedStatement statement = connection.prepareStatement(MAKE_SHARDS)) {
                statement.setString(1, destination);
                statement.executeUpdate();
            }
            // Nothing can fail behind it that would give the session back as it is then.
            IndexPlans.begin(connection);
            return new OutboxTable(destination, holder, takeover, connection, nanoTime);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** The relay's name in the leases. */
    String holder() {
        return holder;
    }

    /** A shard with pending entries; {@code untilDue} is zero or the time until its first entry may be tried again. */
    record PendingShard(int shard, Duration untilDue) {
        boolean isDue() {
            return untilDue.isZero();
        }
    }

    private static final List<Integer> ALL_SHARDS =
            IntStream.range(0, 16).boxed().toList();

    /** What the index outbox_pending is ordered by, before the id. Two destinations may share a lane, by chance. */
    private static final String LANE = "(hashtext(destination) & -16 | shard)";

    // One that is prepared has another name than it had before, and no process.
    private static final String WRITERS = """
            select case when pid is null then '%s' else virtualtransaction end from pg_locks
            where locktype = 'relation' and relation = 'headgate.outbox'::regclass and mode = 'RowExclusiveLock'
              and database = (select oid from pg_database where datname = current_database())
            """.formatted(LowWaterMarks.PREPARED);

    private static final String PENDING_SHARDS = """
            select s.shard, first.id, ceil(greatest(0, extract(epoch from first.next_attempt_at - now())) * 1000)
            from (select number - 1 as shard, mark from unnest(?::bigint[]) with ordinality m (mark, number)) s
            cross join lateral (
                select id, next_attempt_at
                from headgate.outbox
                where %s = (hashtext(?) & -16 | s.shard::int) and destination = ? and delivered_at is null
                  and id >= s.mark
                order by id
                limit 1
            ) first
            """.formatted(LANE);

    List<PendingShard> pendingShards() throws SQLException {
        if (marks.asks()) {
            marks.writing(writers());
        }
        try (PreparedStatement statement = connection.prepareStatement(PENDING_SHARDS)) {
            statement.setArray(1, array("int8", marks.marks()));
            statement.setString(2, destination);
            statement.setString(3, destination);
            try (ResultSet row = statement.executeQuery()) {
                List<PendingShard> pending = new ArrayList<>();
                Map<Integer, Long> first = new HashMap<>();
                while (row.next()) {
                    pending.add(new PendingShard(row.getInt(1), Duration.ofMillis(row.getLong(3))));
                    first.put(row.getInt(1), row.getLong(2));
                }
                marks.pending(first);
                return pending;
            }
        }
    }

    private Set<String> writers() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WRITERS);
                ResultSet row = statement.executeQuery()) {
            Set<String> writers = new HashSet<>();
            while (row.next()) {
                writers.add(row.getString(1));
            }
            return writers;
        }
    }

    // Whoever is just claiming a shard is not waited for, so that no two relays ever wait for each other. That a crash
    // of the server may forget a claim does no harm, and a commit that does not wait for the disk costs next to
    // nothing. Where others have to know who had a shard, it must not be forgotten.
    private static final String CLAIM = """
            with free as (
                select shard
                from headgate.outbox_shard
                where destination = ? and shard = any(?) and (holder is null or holder = ? or (? and expires_at < now()))
                for update skip locked
            )
            update headgate.outbox_shard s
            set holder = ?, expires_at = now() + ? * interval '1 millisecond'
            from free
            where s.destination = ? and s.shard = free.shard
              and (not ? or set_config('synchronous_commit', 'off', true) is not null)
            returning s.shard
            """;

    /** Takes those of the shards that nobody else has, for the given time from now; never waits. */
    List<Integer> claim(List<Integer> shards, Duration lasting) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setString(1, destination);
            statement.setArray(2, array("int2", shards));
            statement.setString(3, holder);
            statement.setBoolean(4, takeover == Takeover.AT_ONCE);
            statement.setString(5, holder);
            statement.setLong(6, lasting.toMillis());
            statement.setString(7, destination);
            statement.setBoolean(8, takeover == Takeover.AT_ONCE);
            try (ResultSet row = statement.executeQuery()) {
                List<Integer> claimed = new ArrayList<>();
                while (row.next()) {
                    claimed.add(row.getInt(1));
                }
                return claimed;
            }
        }
    }

    private static final String EXPIRED = """
            select distinct holder from headgate.outbox_shard
            where destination = ? and holder <> ? and expires_at < now()
            """;

    /** Other relays that have shards, and have let their lease expire, if they are to be settled. */
    Set<String> unsettled() throws SQLException {
        Set<String> holders = new HashSet<>();
        if (takeover == Takeover.AT_ONCE) {
            return holders;
        }
        try (PreparedStatement statement = connection.prepareStatement(EXPIRED)) {
            statement.setString(1, destination);
            statement.setString(2, holder);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    holders.add(row.getString(1));
                }
                return holders;
            }
        }
    }

    private static final String RENEW = """
            update headgate.outbox_shard set expires_at = now() + ? * interval '1 millisecond'
            where destination = ? and holder = ?
            """;

    /** Keeps what it has for the given time from now; returns how many shards that are. */
    int renew(Duration lasting) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RENEW)) {
            statement.setLong(1, lasting.toMillis());
            statement.setString(2, destination);
            statement.setString(3, holder);
            return statement.executeUpdate();
        }
    }

    private static final String RELEASE = """
            update headgate.outbox_shard set holder = null, expires_at = null
            where destination = ? and holder = ? and set_config('synchronous_commit', 'off', true) is not null
            """;

    /** Lets others have all its shards at once. */
    void release() throws SQLException {
        release(holder);
    }

    /** The same for those of another one, who must not be able to send any more. */
    void release(String former) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
            statement.setString(1, destination);
            statement.setString(2, former);
            statement.executeUpdate();
        }
    }

    // A statement after the one that claims, so that its snapshot has what the former owner marked. The shards
    // take turns by position, so that the bound on bytes cuts each shard's entries from the end.
    private static final String FETCH = """
            select id, shard, key, content_type, headers, payload, attempts, waiting
            from (
                select entry.*, sum(bytes) over (order by position, shard rows unbounded preceding) - bytes as before
                from unnest(?::int[], ?::bigint[]) s(claimed, mark)
                cross join lateral (
                    select id, shard, key, content_type, headers, payload, attempts,
                        coalesce(next_attempt_at > now(), false) as waiting,
                        coalesce(octet_length(payload), 0) as bytes,
                        row_number() over (order by id) as position
                    from headgate.outbox
                    where %s = (hashtext(?) & -16 | s.claimed) and destination = ? and delivered_at is null
                        and id >= s.mark
                    order by id
                    limit ?
                ) entry
            ) bounded
            where before < ?
            order by id
            """.formatted(LANE);

    /**
     * The first pending entries of the shards, in order of id. In each shard it stops before the first entry whose next
     * attempt is in the future, so that no later one overtakes it.
     *
     * @param entriesPerShard most entries of one shard
     * @param maxBytes payload bytes after which no further entry is added; the first entry always is
     */
    List<OutboxEntry> fetch(List<Integer> shards, int entriesPerShard, long maxBytes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FETCH)) {
            List<Long> from = marks.marks();
            statement.setArray(1, array("int4", shards));
            statement.setArray(2, array("int8", shards.stream().map(from::get).toList()));
            statement.setString(3, destination);
            statement.setString(4, destination);
            statement.setInt(5, entriesPerShard);
            statement.setLong(6, maxBytes);
            try (ResultSet row = statement.executeQuery()) {
                List<OutboxEntry> entries = new ArrayList<>();
                List<Integer> open = new ArrayList<>(shards);
                while (row.next()) {
                    Integer shard = row.getInt("shard");
                    marks.seen(row.getLong("id"));
                    if (row.getBoolean("waiting")) {
                        open.remove(shard);
                    } else if (open.contains(shard)) {
                        entries.add(entry(row));
                    }
                }
                return entries;
            }
        }
    }

    private static OutboxEntry entry(ResultSet row) throws SQLException {
        return new OutboxEntry(
                row.getLong("id"),
                row.getInt("shard"),
                row.getString("key"),
                row.getString("content_type"),
                row.getString("headers"),
                row.getBytes("payload"),
                row.getInt("attempts"));
    }

    // Only the index outbox_pending is of use for it, and the entries are found by both of its columns.
    private static final String ENTRIES = """
            %s = any(array(select hashtext(?) & -16 | e.shard from unnest(?::int[]) e(shard)))
              and id = any(?) and delivered_at is null
            """.formatted(LANE);

    private static final String MARK_DELIVERED = """
            with marked as (
                update headgate.outbox
                set delivered_at = now(), attempts = attempts + 1, next_attempt_at = null
                where %s
                returning created_at
            )
            select count(*), coalesce(greatest(0, extract(epoch from now() - min(created_at))) * 1000, 0) from marked
            """.formatted(ENTRIES);

    /** Entries that were marked, and the age of the oldest of them, by the clock of the database. */
    record Marked(int entries, Duration oldest) {}

    /**
     * Marks the entries delivered, whoever holds their shards by now: that they were sent remains true.
     *
     * @return those that were not yet marked
     * @throws SQLException also for no entries, if it could not mark any
     */
    Marked markDelivered(List<OutboxEntry> entries) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MARK_DELIVERED)) {
            setEntries(statement, 1, entries);
            return marked(statement);
        }
    }

    /** The same for entries of which only the ids are known. */
    Marked markDeliveredIds(List<Long> ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MARK_DELIVERED)) {
            setEntries(statement, 1, ALL_SHARDS, ids);
            return marked(statement);
        }
    }

    private static Marked marked(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return new Marked(row.getInt(1), Duration.ofMillis(row.getLong(2)));
        }
    }

    private static final String HELD = """
             exists (
                select from headgate.outbox_shard s
                where s.destination = o.destination and s.shard = o.shard and s.holder = ?
            )
            """;

    private static final String MARK_FAILED = """
            update headgate.outbox o
            set attempts = attempts + 1, last_error = ?, next_attempt_at = now() + ? * interval '1 millisecond'
            where %s and %s
            """.formatted(ENTRIES, HELD);

    /** Counts the attempt and holds the entries back for the given time from now, if their shard is still held. */
    void markFailed(List<OutboxEntry> entries, String error, Duration backoff) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MARK_FAILED)) {
            statement.setString(1, error);
            statement.setLong(2, backoff.toMillis());
            setEntries(statement, 3, entries);
            statement.setString(6, holder);
            statement.executeUpdate();
        }
    }

    // It holds up no message of its pipeline, so it is settled from the beginning; a replay makes it an entry again,
    // with the same id.
    private static final String REFUSE = """
            with refused as (
                delete from headgate.outbox o where %s and %s
                returning id, pipeline, destination, key, payload, attempts + 1 as attempts
            )
            insert into headgate.dead_letter as d
                (pipeline, stage, reason, error, key, headers, payload, source, received_at, attempts, settled_at)
            select pipeline, 'outbox:' || destination, ?, ?, key, ?::json, payload, %s, now(), attempts, now()
            from refused
            on conflict (pipeline, source, md5(coalesce(payload, ''::bytea))) do update
               set state = 'dead', reason = excluded.reason, error = excluded.error,
                   received_at = excluded.received_at, attempts = d.attempts + excluded.attempts
            """.formatted(ENTRIES, HELD, SourcePosition.Outbox.sql("destination", "id"));

    /**
     * Makes the entry a dead letter.
     *
     * @param headers its own and its content type, as a JSON object of texts
     * @return false if its shard is held no longer, or it is no longer pending
     */
    boolean refuse(OutboxEntry entry, String headers, String reason, String error) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REFUSE)) {
            setEntries(statement, 1, List.of(entry));
            statement.setString(4, holder);
            statement.setString(5, reason);
            statement.setString(6, error);
            statement.setString(7, headers);
            return statement.executeUpdate() == 1;
        }
    }

    private static final String AGE = """
            select last_value, (
                select min(holder) from headgate.outbox_shard where destination = ? and holder like ? || '%'
            )
            from headgate.outbox_id_seq
            """;

    private static final String STOP = """
            update headgate.outbox_shard set holder = ?, expires_at = 'infinity'
            where destination = ? and setval('headgate.outbox_id_seq', ?) is not null
            """;

    private static final String RESTORED = "restored database, ";

    /**
     * Sees to it that nothing is relayed out of a database that is older than what was sent from it, until somebody has
     * looked at it. New entries get ids that none was sent with.
     *
     * @param highestSent the highest id that was sent to the destination
     * @throws ConfigurationException if it is older, or nobody has yet looked at it
     */
    void checkAge(long highestSent) throws SQLException {
        long highest;
        String stopped;
        try (PreparedStatement statement = connection.prepareStatement(AGE)) {
            statement.setString(1, destination);
            statement.setString(2, RESTORED);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                highest = row.getLong(1);
                stopped = row.getString(2);
            }
        }
        if (highest < highestSent) {
            stopped = RESTORED + "whose last id was " + highest + " when " + highestSent + " was sent";
            try (PreparedStatement statement = connection.prepareStatement(STOP)) {
                statement.setString(1, stopped);
                statement.setString(2, destination);
                statement.setLong(3, highestSent);
                statement.executeUpdate();
            }
        }
        if (stopped != null) {
            throw new ConfigurationException(
                    ("The relay of outbox:%s has a %s: it was restored from a backup, or is a replica that"
                                    + " was behind. Its pending entries up to that last id may have been sent, and what the"
                                    + " pipelines apply again writes entries again. Mark what the target has (update"
                                    + " headgate.outbox set delivered_at = now() where ...), then let the relay go on: update"
                                    + " headgate.outbox_shard set holder = null, expires_at = null where destination = '%s'")
                            .formatted(destination, stopped, destination.replace("'", "''")));
        }
    }

    /** Gives the connection back; leases stay. */
    @Override
    public void close() throws SQLException {
        try (connection) {
            IndexPlans.end(connection);
        }
    }

    private Array array(String type, List<?> values) throws SQLException {
        return connection.createArrayOf(type, values.toArray());
    }

    /** Three parameters, from the given one. Planned anew each time, for how many entries there are. */
    private void setEntries(PreparedStatement statement, int first, List<OutboxEntry> entries) throws SQLException {
        setEntries(
                statement,
                first,
                entries.stream().map(OutboxEntry::shard).distinct().toList(),
                entries.stream().map(OutboxEntry::id).toList());
    }

    private void setEntries(PreparedStatement statement, int first, List<Integer> shards, List<Long> ids)
            throws SQLException {
        statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        statement.setString(first, destination);
        statement.setArray(first + 1, array("int4", shards));
        statement.setArray(first + 2, array("int8", ids));
    }
}
