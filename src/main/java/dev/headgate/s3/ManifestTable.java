package dev.headgate.s3;

import dev.headgate.database.Transactions;
import dev.headgate.failure.RetryException;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Timestamp;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The SQL of the tables {@code headgate.object_manifest} and {@code headgate.object_sweep}.
 *
 * <p>A key gets into one of the two only: whoever writes either holds a lock of the key's batch until it commits, and then
 * looks into the other. All objects of an attempt have one batch id, and no others have it: however many they are, they are
 * one lock.
 */
final class ManifestTable {

    private static final String LOCK = "select pg_advisory_xact_lock(hashtextextended(?, 0))";

    private static final String TRY_LOCK = "select pg_try_advisory_xact_lock(hashtextextended(?, 0))";

    private static final String INSERT = """
            insert into headgate.object_manifest
                (bucket, key, pipeline, batch_id, format, messages, bytes, earliest, latest)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String IS_SWEPT =
            "select exists (select 1 from headgate.object_sweep where bucket = ? and key = ?)";

    private static final String IS_NAMED =
            "select exists (select 1 from headgate.object_manifest where bucket = ? and key = ?)";

    private static final String SWEEP =
            "insert into headgate.object_sweep (bucket, key) values (?, ?) on conflict do nothing";

    private static final String NAMED = "select key from headgate.object_manifest where bucket = ? and key = any (?)";

    private static final String PIPELINES = "select distinct pipeline from headgate.object_manifest where bucket = ?";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    ManifestTable(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.transaction = new TransactionTemplate(new Transactions(dataSource));
    }

    /** Part of the caller's transaction. */
    void insert(StoredObject object) {
        lock(LOCK, object.batchId());
        jdbc.update(
                INSERT,
                object.bucket(),
                object.key(),
                object.pipeline(),
                object.batchId(),
                object.format(),
                object.messages(),
                object.bytes(),
                Timestamp.from(object.earliest()),
                Timestamp.from(object.latest()));
        if (exists(IS_SWEPT, object.bucket(), object.key())) {
            throw new RetryException(
                    "object swept", "The object " + object.key() + " was swept before its commit", null);
        }
    }

    /**
     * Settles, in a transaction of its own, that a key never gets into the manifest.
     *
     * @param batchId that is in the key
     * @return false if it is there, or may be about to be
     */
    boolean giveUp(String bucket, String key, UUID batchId) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            if (!lock(TRY_LOCK, batchId) || exists(IS_NAMED, bucket, key)) {
                return false;
            }
            jdbc.update(SWEEP, bucket, key);
            return true;
        }));
    }

    /** Those of the keys that are in the manifest. */
    Set<String> named(String bucket, Collection<String> keys) {
        Set<String> named = new HashSet<>();
        jdbc.query(
                NAMED,
                (PreparedStatement statement) -> {
                    Array texts = statement.getConnection().createArrayOf("text", keys.toArray(String[]::new));
                    statement.setString(1, bucket);
                    statement.setArray(2, texts);
                },
                (ResultSet row) -> {
                    named.add(row.getString(1));
                });
        return named;
    }

    /** Those that have an object in the bucket. */
    List<String> pipelines(String bucket) {
        return jdbc.queryForList(PIPELINES, String.class, bucket);
    }

    private boolean lock(String statement, UUID batchId) {
        return Boolean.TRUE.equals(jdbc.query(
                statement,
                (ResultSet row) -> {
                    row.next();
                    return statement.equals(LOCK) || row.getBoolean(1);
                },
                batchId.toString()));
    }

    private boolean exists(String statement, String bucket, String key) {
        return Boolean.TRUE.equals(jdbc.queryForObject(statement, Boolean.class, bucket, key));
    }
}
