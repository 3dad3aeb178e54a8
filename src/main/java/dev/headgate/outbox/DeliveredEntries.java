package dev.headgate.outbox;

import dev.headgate.database.Installation;
import dev.headgate.database.Transactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** The entries of the outbox for those who look what became of them. Only reads. Thread-safe. */
public final class DeliveredEntries {

    private static final String DELIVERED = """
            select id, key, delivered_at from headgate.outbox
            where destination = ? and delivered_at > ? and delivered_at <= ? and (?::text is null or pipeline = ?)
            order by delivered_at
            """;

    private static final String PENDING = """
            select id, key, created_at from headgate.outbox
            where destination = ? and delivered_at is null and created_at < now() - ? * interval '1 millisecond'
              and (?::text is null or pipeline = ?)
            order by id
            limit ?
            """;

    private static final String NOW = "select now()";

    private static final int ROWS_AT_ONCE = 10_000;

    /**
     * One entry.
     *
     * @param at when it was delivered; of a pending one, when it was written
     */
    public record Entry(long id, @Nullable String key, Instant at) {}

    /** Takes one entry. */
    public interface Reader {
        void read(Entry entry);
    }

    private final JdbcTemplate jdbc;
    private final JdbcTemplate slowly;
    private final TransactionTemplate transaction;
    private final String prefix;

    public DeliveredEntries(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.slowly = new JdbcTemplate(dataSource);
        slowly.setFetchSize(ROWS_AT_ONCE);
        this.transaction = new TransactionTemplate(new Transactions(dataSource));
        this.prefix = Installation.read(dataSource).id() + "-";
    }

    /** The time of the database. */
    public Instant now() {
        return Objects.requireNonNull(jdbc.queryForObject(NOW, Timestamp.class)).toInstant();
    }

    /** The id of the entry that was sent with this {@code message-id}; empty of what this installation has not sent. */
    public OptionalLong id(String messageId) {
        if (!messageId.startsWith(prefix)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(messageId.substring(prefix.length())));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** The {@code message-id} that an entry is sent with. */
    public String messageId(long id) {
        return prefix + id;
    }

    /** Hands over the entries of a destination, of one pipeline or, for null, all, that were marked as delivered in a time, a few thousand in memory at once. */
    public void delivered(String destination, @Nullable String pipeline, Instant after, Instant until, Reader reader) {
        transaction.executeWithoutResult(status -> slowly.query(
                DELIVERED,
                (ResultSet row) -> reader.read(entry(row)),
                destination,
                Timestamp.from(after),
                Timestamp.from(until),
                pipeline,
                pipeline));
    }

    /** The first pending entries of a destination that were written longer ago than this, at most so many. */
    public List<Entry> pending(String destination, @Nullable String pipeline, Duration longerThan, int atMost) {
        return jdbc.query(
                PENDING, (row, number) -> entry(row), destination, longerThan.toMillis(), pipeline, pipeline, atMost);
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(row.getLong(1), row.getString(2), row.getTimestamp(3).toInstant());
    }
}
