package dev.headgate.s3;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** The manifest for people and programs that read it. */
public final class Manifest {

    private static final String FIND = """
            select * from headgate.object_manifest
            where (?::text is null or pipeline = ?)
              and (?::bigint is null or created_at < now() - make_interval(secs => ?::bigint))
              and (?::bigint is null or created_at >= now() - make_interval(secs => ?::bigint))
            order by id desc
            limit ?
            """;

    /** One row: see the columns of {@code headgate.object_manifest}. */
    public record Entry(
            long id,
            String bucket,
            String key,
            String pipeline,
            UUID batchId,
            String format,
            int messages,
            long bytes,
            Instant earliest,
            Instant latest,
            Instant createdAt) {}

    private final JdbcTemplate jdbc;

    public Manifest(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /** The newest first, by when they were entered; null stands for any. */
    public List<Entry> find(
            @Nullable String pipeline, @Nullable Duration olderThan, @Nullable Duration newerThan, int limit) {
        @Nullable Long older = olderThan == null ? null : olderThan.toSeconds();
        @Nullable Long newer = newerThan == null ? null : newerThan.toSeconds();
        return jdbc.query(
                FIND,
                statement -> {
                    statement.setString(1, pipeline);
                    statement.setString(2, pipeline);
                    statement.setObject(3, older, Types.BIGINT);
                    statement.setObject(4, older, Types.BIGINT);
                    statement.setObject(5, newer, Types.BIGINT);
                    statement.setObject(6, newer, Types.BIGINT);
                    statement.setInt(7, limit);
                },
                (row, number) -> entry(row));
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getLong("id"),
                row.getString("bucket"),
                row.getString("key"),
                row.getString("pipeline"),
                row.getObject("batch_id", UUID.class),
                row.getString("format"),
                row.getInt("messages"),
                row.getLong("bytes"),
                time(row, "earliest"),
                time(row, "latest"),
                time(row, "created_at"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
