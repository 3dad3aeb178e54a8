package dev.headgate.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The time of the database, which is one for all processes. Asks for it every ten seconds at most, in the transaction of the
 * calling thread if there is one, and counts on from there; it is exact to the time that a statement takes. The clock of
 * this process plays no part, also when somebody sets it. Thread-safe.
 */
public final class DatabaseClock implements InstantSource {

    private static final long LASTING_NANOS = Duration.ofSeconds(10).toNanos();

    private record Reading(Instant time, long nanos) {}

    private final JdbcTemplate jdbc;
    private volatile @Nullable Reading latest;

    public DatabaseClock(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /** @throws org.springframework.dao.DataAccessException if the database is asked and does not answer */
    @Override
    public Instant instant() {
        Reading reading = latest;
        if (reading == null || System.nanoTime() - reading.nanos > LASTING_NANOS) {
            reading = Objects.requireNonNull(jdbc.execute((ConnectionCallback<Reading>) connection -> {
                try (Statement statement = connection.createStatement()) {
                    return read(statement);
                }
            }));
            latest = reading;
        }
        return reading.time.plusNanos(System.nanoTime() - reading.nanos);
    }

    /** Not the time of the transaction, which may have begun long ago. */
    private static Reading read(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("select clock_timestamp()")) {
            result.next();
            return new Reading(result.getObject(1, OffsetDateTime.class).toInstant(), System.nanoTime());
        }
    }
}
