package dev.headgate.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.message.Headers;
import dev.headgate.message.Message;
import dev.headgate.message.Rejection;
import dev.headgate.message.Replay;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Writes dead letters, in the transaction of the calling thread. Thread-safe. */
public final class DeadLetters {

    // A message that was delivered again and refused again is the same dead letter, and stays what it has become; only
    // its replay opens it again.
    private static final String INSERT = """
            insert into headgate.dead_letter as d
                (pipeline, stage, reason, error, key, headers, payload, source, received_at, attempts, held, cut)
            values (?, ?, ?, ?, ?, ?::json, ?, ?, ?, ?, ?, ?)
            on conflict (pipeline, source, md5(coalesce(payload, ''::bytea))) do update
               set state = 'dead', stage = excluded.stage, reason = excluded.reason, error = excluded.error,
                   received_at = excluded.received_at, attempts = d.attempts + excluded.attempts, held = excluded.held
             where d.id = ? and d.state = 'replayed' and d.settled_at is null
            """;

    // What a replay has opened again was copied when it was new.
    private static final String INSERT_AND_COPY = "with stored as (" + INSERT + """
             returning id, pipeline, key, payload)
            insert into headgate.outbox (pipeline, destination, key, content_type, headers, payload)
            select pipeline, ?, key, ?, (?::jsonb || jsonb_build_object('dead-letter-id', id::text))::json, payload
            from stored where id is distinct from ?
            """;

    // The header alone is not believed: it may have been copied from a message of another pipeline.
    private static final String SETTLE = """
            update headgate.dead_letter set state = 'replayed', settled_at = now()
            where id = ? and pipeline = ? and source = ? and settled_at is null
            """;

    private static final Comparator<Message> BY_ID = Comparator.comparing(
            message -> Objects.requireNonNull(message.replay()).deadLetter());

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcTemplate jdbc;
    private final InstantSource clock;

    public DeadLetters(DataSource dataSource, InstantSource clock) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.clock = clock;
    }

    /**
     * Stores the rejected messages. Durable when the caller's transaction commits.
     *
     * @param destination the destination of the outbox that gets a copy of each, or null
     */
    public void store(List<Message> rejected, @Nullable String destination) {
        if (rejected.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        jdbc.batchUpdate(
                destination == null ? INSERT : INSERT_AND_COPY, rejected, rejected.size(), (statement, message) -> {
                    setRow(statement, message, now);
                    if (destination != null) {
                        setCopy(statement, message, destination);
                    }
                });
    }

    /**
     * Closes the dead letters whose replays are among these messages, which are applied or were before. Durable when the
     * caller's transaction commits.
     */
    public void settle(List<Message> ended) {
        List<Message> replays = ended.stream()
                .filter(message -> message.replay() != null)
                .sorted(BY_ID)
                .toList();
        if (replays.isEmpty()) {
            return;
        }
        jdbc.batchUpdate(SETTLE, replays, replays.size(), (statement, message) -> {
            statement.setObject(1, replayOf(message), Types.BIGINT);
            statement.setString(2, message.pipeline());
            statement.setString(
                    3, Objects.requireNonNull(message.replay()).origin().toString());
        });
    }

    private static void setRow(PreparedStatement row, Message message, Instant now) throws SQLException {
        Rejection rejection = Objects.requireNonNull(message.refusal(), "only rejected messages are dead letters");
        row.setString(1, message.pipeline());
        row.setString(2, rejection.stage());
        row.setString(3, Headers.storable(rejection.reason()));
        row.setString(4, Headers.storable(rejection.error()));
        row.setString(5, storable(message.sourceKey()));
        row.setString(6, json(message.originalHeaders()));
        row.setBytes(7, message.originalPayload());
        row.setString(8, message.source());
        row.setTimestamp(9, Timestamp.from(now));
        row.setInt(10, message.isHeld() ? 0 : rejection.attempts());
        row.setBoolean(11, message.isHeld());
        row.setBoolean(12, message.isCut());
        row.setObject(13, replayOf(message), Types.BIGINT);
    }

    private static void setCopy(PreparedStatement copy, Message message, String destination) throws SQLException {
        Rejection rejection = Objects.requireNonNull(message.refusal());
        Map<String, String> headers = new LinkedHashMap<>(message.originalHeaders());
        headers.put("dead-letter-pipeline", message.pipeline());
        headers.put("dead-letter-stage", rejection.stage());
        headers.put("dead-letter-reason", Headers.storable(rejection.reason()));
        headers.put("dead-letter-error", Headers.storable(rejection.error()));
        headers.put("dead-letter-source", message.source());
        copy.setString(14, destination);
        copy.setString(15, headers.getOrDefault(Headers.CONTENT_TYPE, "application/octet-stream"));
        copy.setString(16, json(headers));
        copy.setObject(17, replayOf(message), Types.BIGINT);
    }

    private static @Nullable Long replayOf(Message message) {
        Replay replay = message.replay();
        return replay == null ? null : replay.deadLetter();
    }

    /** As the table holds it. */
    static @Nullable String storable(@Nullable String text) {
        return text == null ? null : Headers.storable(text);
    }

    private static String json(Map<String, String> headers) {
        try {
            return JSON.writeValueAsString(headers);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
