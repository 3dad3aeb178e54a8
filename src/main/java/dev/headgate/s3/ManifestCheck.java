package dev.headgate.s3;

import dev.headgate.database.Transactions;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Holds the manifest against its bucket: the other direction of {@link Sweep}. Only reads. Thread-safe. */
public final class ManifestCheck {

    // In the order in which S3 lists.
    private static final String ROWS = """
            select key, bytes from headgate.object_manifest
            where bucket = ? and pipeline = ? and created_at >= ?
            order by key collate "C"
            """;

    private static final int ROWS_AT_ONCE = 1_000;

    /** What it says while it works. */
    public interface Listener {

        /** A row, and how many bytes its object has; null if there is none. */
        void row(String pipeline, String key, long bytes, @Nullable Long stored);
    }

    private final ManifestTable manifest;
    private final JdbcTemplate slowly;
    private final TransactionTemplate transaction;

    public ManifestCheck(DataSource dataSource) {
        this.manifest = new ManifestTable(dataSource);
        this.slowly = new JdbcTemplate(dataSource);
        slowly.setFetchSize(ROWS_AT_ONCE);
        this.transaction = new TransactionTemplate(new Transactions(dataSource));
    }

    /**
     * Looks through one bucket once, a page of each side in memory.
     *
     * @param uri of the {@code objects:} endpoint
     * @param pipeline the only one to look at; null for all
     * @param since only rows that were entered later
     */
    public void run(CamelContext context, String uri, @Nullable String pipeline, Instant since, Listener listener) {
        ObjectsEndpoint endpoint = context.getEndpoint(uri, ObjectsEndpoint.class);
        ServiceHelper.startService(endpoint);
        S3Bucket bucket = new S3Bucket(endpoint.s3());
        for (String named : manifest.pipelines(bucket.name())) {
            if (pipeline == null || pipeline.equals(named)) {
                // Listed after the snapshot of the rows: a row that commits meanwhile is none of it.
                transaction.executeWithoutResult(status -> {
                    Listing listing = new Listing(bucket, endpoint.layout().prefix(named));
                    slowly.query(
                            ROWS,
                            (ResultSet row) -> {
                                String key = row.getString(1);
                                listener.row(named, key, row.getLong(2), listing.bytes(key));
                            },
                            bucket.name(),
                            named,
                            Timestamp.from(since));
                });
            }
        }
    }

    /** The objects of a prefix, gone through once, in the order of their keys. */
    private static final class Listing {

        private final S3Bucket bucket;
        private final String prefix;
        private @Nullable Iterator<S3Object> objects;
        private @Nullable S3Object next;

        Listing(S3Bucket bucket, String prefix) {
            this.bucket = bucket;
            this.prefix = prefix;
        }

        /** Of this object, whose key is behind all that were asked for; null if there is none. */
        @Nullable
        Long bytes(String key) {
            if (!key.startsWith(prefix)) {
                // Of a layout that the route had before.
                return bucket.bytes(key);
            }
            if (objects == null) {
                objects = bucket.objects(prefix);
                advance();
            }
            while (next != null && compare(next.key(), key) < 0) {
                advance();
            }
            return next != null && next.key().equals(key) ? next.size() : null;
        }

        private void advance() {
            next = objects != null && objects.hasNext() ? objects.next() : null;
        }

        /** By code points, as UTF-8 is ordered. */
        private static int compare(String listed, String asked) {
            return Arrays.compareUnsigned(
                    listed.getBytes(StandardCharsets.UTF_8), asked.getBytes(StandardCharsets.UTF_8));
        }
    }
}
