package dev.headgate.deadletter;

import dev.headgate.message.AsItCame;
import dev.headgate.message.StoredText;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads rows of the table. */
final class DeadLetterRows {

    static final String COLUMNS = """
            id, pipeline, stage, reason, error, key, headers, cast(octet_length(payload) as bigint) as payload_bytes,
            source, received_at, attempts, state, held, cut, replays, replayed_at, settled_at, discarded_why
            """;

    private DeadLetterRows() {}

    static DeadLetter deadLetter(ResultSet row) throws SQLException {
        return new DeadLetter(
                row.getLong("id"),
                row.getString("pipeline"),
                row.getString("stage"),
                row.getString("reason"),
                row.getString("error"),
                row.getString("key"),
                headers(row.getString("headers")),
                row.getObject("payload_bytes", Long.class),
                row.getString("source"),
                Objects.requireNonNull(instant(row, "received_at")),
                row.getInt("attempts"),
                state(row),
                row.getBoolean("held"),
                row.getBoolean("cut"),
                row.getInt("replays"),
                instant(row, "replayed_at"),
                instant(row, "settled_at"),
                row.getString("discarded_why"));
    }

    static DeadLetter.State state(ResultSet row) throws SQLException {
        return DeadLetter.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    }

    private static List<DeadLetter.Header> headers(String json) {
        return AsItCame.parse(json).stream()
                .map(header -> new DeadLetter.Header(
                        StoredText.of(header.name()), header.value() == null ? null : StoredText.of(header.value())))
                .toList();
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp timestamp = row.getTimestamp(column);
        return timestamp == null ? null : timestamp.toInstant();
    }
}
