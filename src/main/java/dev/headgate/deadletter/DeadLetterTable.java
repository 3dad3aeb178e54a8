package dev.headgate.deadletter;

import dev.headgate.database.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** What people ask the dead letters and decide about them. Each call is a transaction of its own. Thread-safe. */
public final class DeadLetterTable {

    /** Takes one dead letter and its payload. */
    public interface Reader {
        void read(DeadLetter deadLetter, byte @Nullable [] payload);
    }

    private static final String FIND = "select " + DeadLetterRows.COLUMNS + """
            from headgate.dead_letter where %s
            order by received_at desc, id desc
            limit :limit
            """;

    private static final String READ = "select " + DeadLetterRows.COLUMNS + """
            , payload from headgate.dead_letter where %s order by id
            """;

    private static final String BEGINNING = "select " + DeadLetterRows.COLUMNS + """
            , substring(payload from 1 for :bytes) as payload from headgate.dead_letter where id = :id
            """;

    private static final String REASONS = """
            select pipeline, reason, count(*) as count, min(received_at) as oldest, max(received_at) as newest
            from headgate.dead_letter where %s
            group by pipeline, reason
            order by count desc, pipeline, reason
            """;

    private static final String SOURCES =
            "select distinct source from headgate.dead_letter where pipeline = ? and source = any(?)";

    private static final String ENTRIES = "select distinct source from headgate.dead_letter where source = any(?)";

    private static final String DISCARD = """
            update headgate.dead_letter set state = 'discarded', discarded_why = :why
            where state = 'dead' and %s
            """;

    // Payloads may be of megabytes.
    private static final int ROWS_AT_ONCE = 20;

    private final NamedParameterJdbcTemplate jdbc;
    private final NamedParameterJdbcTemplate slowly;
    private final TransactionTemplate transaction;

    public DeadLetterTable(DataSource dataSource) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        JdbcTemplate few = new JdbcTemplate(dataSource);
        few.setFetchSize(ROWS_AT_ONCE);
        this.slowly = new NamedParameterJdbcTemplate(few);
        this.transaction = new TransactionTemplate(new Transactions(dataSource));
    }

    /** The newest first. */
    public List<DeadLetter> find(Selection selection, int limit) {
        return jdbc.query(
                FIND.formatted(selection.condition()),
                selection.parameters().addValue("limit", limit),
                (row, number) -> DeadLetterRows.deadLetter(row));
    }

    /** The most frequent first. */
    public List<ReasonCount> reasons(Selection selection) {
        return jdbc.query(
                REASONS.formatted(selection.condition()), selection.parameters(), (row, number) -> reason(row));
    }

    /** Hands over all of a selection, in the order of their ids, a few in memory at once. */
    public void read(Selection selection, Reader reader) {
        transaction.executeWithoutResult(status -> slowly.query(
                READ.formatted(selection.condition()),
                selection.parameters(),
                (ResultSet row) -> reader.read(DeadLetterRows.deadLetter(row), row.getBytes("payload"))));
    }

    /** Hands over one of them, if it is there, and at most so many bytes of its payload, the first. */
    public void read(long id, int bytes, Reader reader) {
        jdbc.query(
                BEGINNING,
                Map.of("id", id, "bytes", bytes),
                (ResultSet row) -> reader.read(DeadLetterRows.deadLetter(row), row.getBytes("payload")));
    }

    /** Those of the positions, as text, that a dead letter of the pipeline came from, whatever became of it since. */
    public Set<String> sources(String pipeline, Collection<String> positions) {
        return sources(SOURCES, statement -> {
            statement.setString(1, pipeline);
            setTexts(statement, 2, positions);
        });
    }

    /** The same of any pipeline; reads the whole table. */
    public Set<String> sources(Collection<String> positions) {
        return sources(ENTRIES, statement -> setTexts(statement, 1, positions));
    }

    private Set<String> sources(String query, PreparedStatementSetter parameters) {
        Set<String> found = new HashSet<>();
        jdbc.getJdbcTemplate().query(query, parameters, (ResultSet row) -> {
            found.add(row.getString(1));
        });
        return found;
    }

    private static void setTexts(PreparedStatement statement, int parameter, Collection<String> texts)
            throws SQLException {
        statement.setArray(parameter, statement.getConnection().createArrayOf("text", texts.toArray(String[]::new)));
    }

    /**
     * Discards the dead ones of the selection. They stay, with the reason, until their retention has passed; what was held
     * behind them is released.
     *
     * @return how many
     */
    public int discard(Selection selection, String why) {
        return jdbc.update(
                DISCARD.formatted(selection.condition()), selection.parameters().addValue("why", why));
    }

    private static ReasonCount reason(ResultSet row) throws SQLException {
        return new ReasonCount(
                row.getString("pipeline"),
                row.getString("reason"),
                row.getLong("count"),
                row.getTimestamp("oldest").toInstant(),
                row.getTimestamp("newest").toInstant());
    }
}
