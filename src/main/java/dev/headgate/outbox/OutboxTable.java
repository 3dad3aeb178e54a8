package dev.headgate.outbox;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The pending entries of one destination, seen through one connection that also carries the locks on their shards.
 *
 * <p>Every statement commits by itself. Locks belong to the session: they end with {@link #unlock()}, {@link #close()} or the
 * death of the connection. Not thread-safe. After an {@link SQLException} the object must be closed and not used again.
 */
final class OutboxTable implements AutoCloseable {

    private final String destination;
    private final Connection connection;

    private OutboxTable(String destination, Connection connection) {
        this.destination = destination;
        this.connection = connection;
    }

    /** Takes one connection out of the data source until {@link #close()}. */
    static OutboxTable open(DataSource dataSource, String destination) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            connection.setAutoCommit(true);
            return new OutboxTable(destination, connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A shard with pending entries; {@code untilDue} is zero or the time until its first entry may be tried again. */
    record PendingShard(int shard, Duration untilDue) {
        boolean isDue() {
            return untilDue.isZero();
        }
    }

    private static final String PENDING_SHARDS = """
            select s.shard, ceil(greatest(0, extract(epoch from first.next_attempt_at - now())) * 1000)
            from generate_series(0, 15) s(shard)
            cross join lateral (
                select next_attempt_at
                from headgate.outbox
                where destination = ? and shard = s.shard::smallint and delivered_at is null
                order by id
                limit 1
            ) first
            """;

    List<PendingShard> pendingShards() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PENDING_SHARDS)) {
            statement.setString(1, destination);
            try (ResultSet row = statement.executeQuery()) {
                List<PendingShard> pending = new ArrayList<>();
                while (row.next()) {
                    pending.add(new PendingShard(row.getInt(1), Duration.ofMillis(row.getLong(2))));
                }
                return pending;
            }
        }
    }

    private static final String LOCK = """
            select s.shard
            from unnest(?::int[]) s(shard)
            where pg_try_advisory_lock(hashtext('headgate.outbox:' || ?), s.shard)
            """;

    /** Takes those of the shards that nobody else has; never waits. */
    List<Integer> lock(List<Integer> shards) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setArray(1, array("int4", shards));
            statement.setString(2, destination);
            try (ResultSet row = statement.executeQuery()) {
                List<Integer> locked = new ArrayList<>();
                while (row.next()) {
                    locked.add(row.getInt(1));
                }
                return locked;
            }
        }
    }

    // A statement after the one that locks, so that its snapshot has what the former owner marked. The shards
    // take turns by position, so that the bound on bytes cuts each shard's entries from the end.
    private static final String FETCH = """
            select id, shard, key, content_type, headers, payload, attempts, waiting
            from (
                select entry.*, sum(bytes) over (order by position, shard rows unbounded preceding) - bytes as before
                from unnest(?::int[]) s(locked)
                cross join lateral (
                    select id, shard, key, content_type, headers, payload, attempts,
                        coalesce(next_attempt_at > now(), false) as waiting,
                        coalesce(octet_length(payload), 0) as bytes,
                        row_number() over (order by id) as position
                    from headgate.outbox
                    where destination = ? and shard = s.locked::smallint and delivered_at is null
                    order by id
                    limit ?
                ) entry
            ) bounded
            where before < ?
            order by id
            """;

    /**
     * The first pending entries of the shards, in order of id. In each shard it stops before the first entry whose next
     * attempt is in the future, so that no later one overtakes it.
     *
     * @param entriesPerShard most entries of one shard
     * @param maxBytes payload bytes after which no further entry is added; the first entry always is
     */
    List<OutboxEntry> fetch(List<Integer> shards, int entriesPerShard, long maxBytes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FETCH)) {
            statement.setArray(1, array("int4", shards));
            statement.setString(2, destination);
            statement.setInt(3, entriesPerShard);
            statement.setLong(4, maxBytes);
            try (ResultSet row = statement.executeQuery()) {
                List<OutboxEntry> entries = new ArrayList<>();
                List<Integer> open = new ArrayList<>(shards);
                while (row.next()) {
                    Integer shard = row.getInt("shard");
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

    private static final String MARK_DELIVERED = """
            with marked as (
                update headgate.outbox
                set delivered_at = now(), attempts = attempts + 1, next_attempt_at = null
                where id = any(?) and delivered_at is null
                returning created_at
            )
            select coalesce(greatest(0, extract(epoch from now() - min(created_at))) * 1000, 0) from marked
            """;

    /** Marks the entries delivered; returns the age of the oldest of them, by the clock of the database. */
    Duration markDelivered(List<OutboxEntry> entries) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MARK_DELIVERED)) {
            statement.setArray(1, array("int8", ids(entries)));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return Duration.ofMillis(row.getLong(1));
            }
        }
    }

    private static final String MARK_FAILED = """
            update headgate.outbox
            set attempts = attempts + 1, last_error = ?, next_attempt_at = now() + ? * interval '1 millisecond'
            where id = any(?) and delivered_at is null
            """;

    /** Counts the attempt and holds the entries back for the given time from now. */
    void markFailed(List<OutboxEntry> entries, String error, Duration backoff) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MARK_FAILED)) {
            statement.setString(1, error);
            statement.setLong(2, backoff.toMillis());
            statement.setArray(3, array("int8", ids(entries)));
            statement.executeUpdate();
        }
    }

    // It holds up no message of its pipeline, so it is settled from the beginning; a replay makes it an entry again,
    // with the same id.
    private static final String REFUSE = """
            with refused as (
                delete from headgate.outbox where id = ? and delivered_at is null
                returning id, pipeline, destination, key, payload, attempts + 1 as attempts
            )
            insert into headgate.dead_letter as d
                (pipeline, stage, reason, error, key, headers, payload, source, received_at, attempts, settled_at)
            select pipeline, 'outbox:' || destination, ?, ?, key, ?::json, payload,
                   'outbox:' || destination || ':' || id, now(), attempts, now()
            from refused
            on conflict (pipeline, source, md5(coalesce(payload, ''::bytea))) do update
               set state = 'dead', reason = excluded.reason, error = excluded.error,
                   received_at = excluded.received_at, attempts = d.attempts + excluded.attempts
            """;

    /**
     * Makes the entry a dead letter.
     *
     * @param headers its own and its content type, as a JSON object of texts
     */
    void refuse(OutboxEntry entry, String headers, String reason, String error) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REFUSE)) {
            statement.setLong(1, entry.id());
            statement.setString(2, reason);
            statement.setString(3, error);
            statement.setString(4, headers);
            statement.executeUpdate();
        }
    }

    private static final String UNLOCK = "select pg_advisory_unlock_all()";

    /** Gives up all shards. */
    void unlock() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNLOCK)) {
            statement.execute();
        }
    }

    /** Gives the connection back without locks; one that cannot give up its locks is cut, which frees them too. */
    @Override
    public void close() throws SQLException {
        try (connection) {
            try {
                unlock();
            } catch (SQLException e) {
                connection.abort(Runnable::run);
            }
        }
    }

    private Array array(String type, List<?> values) throws SQLException {
        return connection.createArrayOf(type, values.toArray());
    }

    private static List<Long> ids(List<OutboxEntry> entries) {
        return entries.stream().map(OutboxEntry::id).toList();
    }
}
