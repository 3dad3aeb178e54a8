package dev.headgate.manage.meters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.database.RolledBackSession;
import dev.headgate.manage.meters.TableQueries.Answer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits in the tables, as one process has counted it for all of the installation.
 *
 * <p>Whoever finds that the latest answer is five seconds old takes the turn, counts, and writes the answer for the others,
 * who read a row. Whoever has the turn and says nothing for fifteen seconds, because it was killed or stands still, loses it
 * to the next one that asks, and what it says later is not written. Whoever can neither have the turn nor read an answer
 * younger than thirty seconds counts for itself: in a database that can only be read, all do.
 *
 * <p>Not thread-safe.
 */
final class Backlog {

    /** Counts; asked on the thread of whoever asks the backlog. */
    interface Tables {
        Answer ask() throws SQLException;
    }

    /**
     * What waits.
     *
     * @param age for how long it has been known
     */
    record Told(Answer answer, Duration age) {}

    /** What the row says; {@code turn} if it is this process's. */
    private record Found(@Nullable Long turn, @Nullable String answer, Duration age) {}

    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);
    private static final Duration FRESH = Duration.ofSeconds(30);

    private static final JsonMapper JSON = JsonMapper.builder()
            // Another version may count more.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    // Nobody waits for the one who is just taking the turn. That a crash of the server forgets it does no harm.
    private static final String TAKE_TURN = """
            with free as (
                select turn from headgate.backlog
                where answered_at <= clock_timestamp() - interval '5 seconds'
                  and (asked_at <= answered_at or asked_at <= clock_timestamp() - interval '15 seconds')
                for update skip locked
            ), mine as (
                update headgate.backlog b set turn = b.turn + 1, asked_at = clock_timestamp()
                from free
                where b.turn = free.turn and set_config('synchronous_commit', 'off', true) is not null
                returning b.turn
            )
            select (select turn from mine), answer,
                   (extract(epoch from clock_timestamp() - answered_at) * 1000)::bigint
            from headgate.backlog
            """;

    private static final String SAY = """
            update headgate.backlog set answer = cast(? as json), answered_at = clock_timestamp()
            where turn = ? and set_config('synchronous_commit', 'off', true) is not null
            """;

    private final DataSource dataSource;
    private final Tables tables;

    Backlog(DataSource dataSource, Tables tables) {
        this.dataSource = dataSource;
        this.tables = tables;
    }

    /** @throws SQLException if the database does not answer */
    Told ask() throws SQLException {
        Found found = find();
        Answer known = known(found);
        if (found.turn == null && known != null) {
            return new Told(known, found.age);
        }
        Answer counted = tables.ask();
        if (found.turn != null) {
            say(counted, found.turn);
        }
        return new Told(counted, Duration.ZERO);
    }

    /** Nothing if the table cannot be written: why, those will say who have to write. */
    private Found find() throws SQLException {
        if (dataSource.isWrapperFor(RolledBackSession.class)) {
            // Until its end all others would wait for the row.
            return new Found(null, null, FRESH);
        }
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(TAKE_TURN)) {
                return row.next()
                        ? new Found(row.getObject(1, Long.class), row.getString(2), Duration.ofMillis(row.getLong(3)))
                        : new Found(null, null, FRESH);
            } catch (SQLException e) {
                LOG.debug("Nobody can count for all: {}", e.toString());
                return new Found(null, null, FRESH);
            }
        }
    }

    private static @Nullable Answer known(Found found) {
        if (found.answer == null || found.age.compareTo(FRESH) >= 0) {
            return null;
        }
        try {
            return JSON.readValue(found.answer, Answer.class);
        } catch (JsonProcessingException e) {
            LOG.debug("What another version has counted cannot be read: {}", e.getOriginalMessage());
            return null;
        }
    }

    private void say(Answer counted, long turn) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(SAY)) {
            statement.setString(1, JSON.writeValueAsString(counted));
            statement.setLong(2, turn);
            statement.executeUpdate();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
