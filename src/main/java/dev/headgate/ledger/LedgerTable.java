package dev.headgate.ledger;

import dev.headgate.message.Identity;
import dev.headgate.message.Message;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** The SQL of the table {@code headgate.ledger}; joins the transaction of the calling thread, if there is one. */
public final class LedgerTable {

    // Rows come sorted by key, so that transactions that race for several keys wait for each other in one order. That
    // all are new, as they mostly are, is said by one row without a key.
    private static final String INSERT = """
            with fresh as (
                insert into headgate.ledger (pipeline, key, source, content)
                select ?, m.key, m.source, nullif(m.content, 0)
                from unnest(?::text[], ?::text[], ?::bigint[]) as m (key, source, content)
                on conflict do nothing
                returning key
            ), counted as (
                select count(*) = ? as are_all from fresh
            )
            select null as key from counted where are_all
            union all
            select key from fresh where not (select are_all from counted)
            """;

    private static final String WITHDRAW = """
            delete from headgate.ledger l
            using unnest(?::text[], ?::text[]) as m (pipeline, key)
            where l.pipeline = m.pipeline and l.key = m.key
            """;

    private static final String APPLIED = """
            select m.position
            from unnest(?::text[], ?::text[]) with ordinality as m (pipeline, key, position)
            join headgate.ledger l on l.pipeline = m.pipeline and l.key = m.key
            """;

    private static final String CONFLICTS = """
            select m.position, l.source, l.applied_at
            from unnest(?::text[], ?::text[], ?::bigint[]) with ordinality as m (pipeline, key, content, position)
            join headgate.ledger l on l.pipeline = m.pipeline and l.key = m.key
            where l.content <> nullif(m.content, 0)
            """;

    private static final String KNOWN = """
            select l.key, l.source, l.content
            from headgate.ledger l
            where l.pipeline = ? and l.key = any(?)
            """;

    // A place that was passed by between two others was passed by when they were applied, the lower one first: what is
    // applied later, such as a replay, says nothing of its neighbours.
    private static final String GAPS = """
            with known as (
                select split_part(source, '#', 1) as source, applied_at as at from headgate.ledger where pipeline = ?
                union all
                select split_part(source, '#', 1), received_at from headgate.dead_letter where pipeline = ?
            ), seen as (
                select substring(source from '[0-9]+$')::bigint as place, min(at) as at
                from known
                where source ~ ('^' || ? || '-[0-9]{1,18}$')
                group by 1
            ), neighbours as (
                select place, at, lead(place, 1, ?) over places as next, lead(at) over places as next_at
                from seen
                where place < ?
                window places as (order by place)
            )
            select place + 1, next
            from neighbours
            where next > place + 1 and at > ? and (next_at is null or at < next_at + interval '1 minute')
            order by 1
            """;

    private static final String LATEST = """
            select pipeline, key, content from (
                select pipeline, key, content, applied_at from headgate.ledger
                where applied_at > now() - interval '10 minutes'
                order by applied_at desc
                limit ?) as latest
            order by applied_at
            """;

    private static final Comparator<Message> BY_KEY = Comparator.comparing(Message::idempotencyKey);

    private final JdbcTemplate jdbc;

    public LedgerTable(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /** The keys that an insert has added to the table. */
    public static final class NewKeys {

        private final boolean all;
        private final Set<String> keys;

        private NewKeys(boolean all, Set<String> keys) {
            this.all = all;
            this.keys = keys;
        }

        /** Whether the key is one of them. Of two messages with one key only the first is told so. */
        public boolean take(String key) {
            return all || keys.remove(key);
        }
    }

    /** Inserts the keys of the messages, each once; returns those of them that were new. */
    public NewKeys insert(String pipeline, List<Message> messages) {
        List<Message> sorted = messages.stream().sorted(BY_KEY).toList();
        String[] keys = sorted.stream().map(Message::idempotencyKey).toArray(String[]::new);
        String[] sources = sorted.stream().map(Message::source).toArray(String[]::new);
        Long[] contents = sorted.stream().map(Message::content).toArray(Long[]::new);
        NewKeys found = jdbc.execute(INSERT, (PreparedStatement statement) -> {
            statement.setString(1, pipeline);
            statement.setArray(2, texts(statement.getConnection(), keys));
            statement.setArray(3, texts(statement.getConnection(), sources));
            statement.setArray(4, numbers(statement.getConnection(), contents));
            statement.setInt(5, keys.length);
            Set<String> fresh = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String key = rows.getString(1);
                    if (key == null) {
                        return new NewKeys(true, Set.of());
                    }
                    fresh.add(key);
                }
            }
            return new NewKeys(false, fresh);
        });
        return Objects.requireNonNull(found);
    }

    /** Takes out again the keys of messages that were inserted in the same transaction, and are not applied in it. */
    public void withdraw(Collection<Message> messages) {
        if (messages.isEmpty()) {
            return;
        }
        String[] pipelines = messages.stream().map(Message::pipeline).toArray(String[]::new);
        String[] keys = messages.stream().map(Message::idempotencyKey).toArray(String[]::new);
        jdbc.update(WITHDRAW, statement -> {
            statement.setArray(1, texts(statement.getConnection(), pipelines));
            statement.setArray(2, texts(statement.getConnection(), keys));
        });
    }

    /** Those of the messages whose keys are in the table. */
    public Set<Message> applied(List<Message> messages) {
        String[] pipelines = messages.stream().map(Message::pipeline).toArray(String[]::new);
        String[] keys = messages.stream().map(Message::idempotencyKey).toArray(String[]::new);
        Set<Message> applied = new HashSet<>();
        jdbc.query(
                APPLIED,
                statement -> {
                    statement.setArray(1, texts(statement.getConnection(), pipelines));
                    statement.setArray(2, texts(statement.getConnection(), keys));
                },
                (ResultSet row) -> {
                    applied.add(messages.get(row.getInt(1) - 1));
                });
        return applied;
    }

    /**
     * What the table says of a key.
     *
     * @param source the position of the message that was applied, as text; null in rows that were written by hand
     * @param content see {@link dev.headgate.message.Content}
     */
    public record Known(@Nullable String source, long content) {}

    /** Those of the keys that the table has, in one statement. */
    public Map<String, Known> known(String pipeline, Collection<String> keys) {
        Map<String, Known> known = new HashMap<>();
        jdbc.query(
                KNOWN,
                statement -> {
                    statement.setString(1, pipeline);
                    statement.setArray(2, texts(statement.getConnection(), keys.toArray(String[]::new)));
                },
                (ResultSet row) -> {
                    // A number that is null is read as 0, which is unknown.
                    known.put(row.getString(1), new Known(row.getString(2), row.getLong(3)));
                });
        return known;
    }

    /**
     * Hands over the ranges of offsets that neither the table nor a dead letter has, above the lowest one that they have of
     * the partition. Reads all rows of the pipeline.
     *
     * @param container see {@link dev.headgate.message.SourcePosition#container()}
     * @param below where to end, exclusive
     * @param since what was applied before is not asked: its neighbours may have passed their retention
     */
    public void gaps(String pipeline, String container, long below, Instant since, GapReader reader) {
        jdbc.query(
                GAPS,
                statement -> {
                    statement.setString(1, pipeline);
                    statement.setString(2, pipeline);
                    statement.setString(3, container.replace(".", "\\."));
                    statement.setLong(4, below);
                    statement.setLong(5, below);
                    statement.setTimestamp(6, Timestamp.from(since));
                },
                (ResultSet row) -> reader.gap(row.getLong(1), row.getLong(2)));
    }

    /** Takes a range of offsets. */
    public interface GapReader {

        /**
         * Takes one.
         *
         * @param end exclusive
         */
        void gap(long from, long end);
    }

    /** Hands over those of the messages whose keys are in the table with other content, and what the table says of it. */
    public void conflicts(List<Message> messages, BiConsumer<Message, String> consumer) {
        String[] pipelines = messages.stream().map(Message::pipeline).toArray(String[]::new);
        String[] keys = messages.stream().map(Message::idempotencyKey).toArray(String[]::new);
        Long[] contents = messages.stream().map(Message::content).toArray(Long[]::new);
        jdbc.query(
                CONFLICTS,
                statement -> {
                    statement.setArray(1, texts(statement.getConnection(), pipelines));
                    statement.setArray(2, texts(statement.getConnection(), keys));
                    statement.setArray(3, numbers(statement.getConnection(), contents));
                },
                (ResultSet row) -> consumer.accept(
                        messages.get(row.getInt(1) - 1),
                        "used by %s, applied at %s"
                                .formatted(row.getString(2), row.getTimestamp(3).toInstant())));
    }

    /** Hands over the latest keys, of the last ten minutes, at most as many as asked for; the latest comes last. */
    void forEachLatest(int atMost, Consumer<Identity> consumer) {
        jdbc.query(
                LATEST,
                statement -> {
                    statement.setInt(1, atMost);
                },
                (ResultSet row) -> consumer.accept(
                        // A number that is null is read as 0, which is unknown.
                        new Identity(row.getString(1), row.getString(2), row.getLong(3))));
    }

    private static Array texts(Connection connection, String[] values) throws SQLException {
        return connection.createArrayOf("text", values);
    }

    private static Array numbers(Connection connection, Long[] values) throws SQLException {
        return connection.createArrayOf("int8", values);
    }
}
