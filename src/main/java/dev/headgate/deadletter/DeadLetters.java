package dev.headgate.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.batch.Headers;
import dev.headgate.batch.Message;
import dev.headgate.batch.Rejection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Writes dead letters, in the transaction of the calling thread. Thread-safe. */
public final class DeadLetters {

    // A message that was delivered again and refused again is the same dead letter.
    private static final String INSERT = """
            insert into headgate.dead_letter
                (pipeline, stage, reason, error, key, headers, payload, source, received_at, attempts)
            values (?, ?, ?, ?, ?, ?::json, ?, ?, ?, ?)
            on conflict do nothing
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcTemplate jdbc;
    private final InstantSource clock;

    public DeadLetters(DataSource dataSource, InstantSource clock) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.clock = clock;
    }

    /** Stores the rejected messages. Durable when the caller's transaction commits. */
    public void store(List<Message> rejected) {
        if (rejected.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        jdbc.batchUpdate(INSERT, rejected, rejected.size(), (row, message) -> set(row, message, now));
    }

    private static void set(PreparedStatement row, Message message, Instant now) throws SQLException {
        Rejection rejection = Objects.requireNonNull(message.rejection(), "only rejected messages are dead letters");
        row.setString(1, message.pipeline());
        row.setString(2, rejection.stage());
        row.setString(3, Headers.storable(rejection.reason()));
        row.setString(4, Headers.storable(rejection.error()));
        row.setString(5, storable(message.sourceKey()));
        row.setString(6, json(message));
        row.setBytes(7, message.payload());
        row.setString(8, message.source());
        row.setTimestamp(9, Timestamp.from(now));
        row.setInt(10, rejection.attempts());
    }

    private static @Nullable String storable(@Nullable String text) {
        return text == null ? null : Headers.storable(text);
    }

    private static String json(Message message) {
        try {
            return JSON.writeValueAsString(Headers.texts(message.exchange()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
