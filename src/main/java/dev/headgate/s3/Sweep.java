package dev.headgate.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Removes orphans: objects that were put by attempts which did not commit.
 *
 * <p>It looks only at keys that the layout could have made, of pipelines that have objects in the manifest. Before an object
 * is deleted its key is given up in a transaction of its own, so that a transaction that is still open, however old, cannot
 * insert its row any more: it fails, and its batch is tried again under another key. Thread-safe; several may run at once.
 */
public final class Sweep {

    /** What the sweep says while it works. */
    public interface Listener {

        /** After each page of the listing: how many objects have been looked at. */
        void looked(long objects);

        /** An orphan was found and, unless it is a dry run, removed. */
        void orphan(Orphan orphan);
    }

    /** An object that is not in the manifest. */
    public record Orphan(String key, long bytes, Instant modified) {}

    private final ManifestTable manifest;
    private final Layout layout;
    private final InstantSource clock;

    public Sweep(DataSource dataSource, Layout layout, InstantSource clock) {
        this.manifest = new ManifestTable(dataSource);
        this.layout = layout;
        this.clock = clock;
    }

    /**
     * Looks through the bucket once.
     *
     * @param context whose S3 component has the credentials
     * @param olderThan by the time of the S3 server; younger objects are left alone
     * @param dryRun only tells what it would remove
     */
    public void run(CamelContext context, String bucket, Duration olderThan, boolean dryRun, Listener listener) {
        S3Bucket objects = S3Bucket.in(context, bucket);
        Instant youngest = clock.instant().minus(olderThan);
        long[] looked = {0};
        for (String pipeline : manifest.pipelines(bucket)) {
            objects.forEachPage(layout.prefix(pipeline), page -> {
                orphans(bucket, page, youngest).forEach(orphan -> remove(objects, bucket, orphan, dryRun, listener));
                looked[0] += page.size();
                listener.looked(looked[0]);
            });
        }
    }

    private List<Orphan> orphans(String bucket, List<S3Object> page, Instant youngest) {
        List<S3Object> old = page.stream()
                .filter(object -> object.lastModified().isBefore(youngest) && layout.matches(object.key()))
                .toList();
        Set<String> named =
                manifest.named(bucket, old.stream().map(S3Object::key).toList());
        return old.stream()
                .filter(object -> !named.contains(object.key()))
                .map(object -> new Orphan(object.key(), object.size(), object.lastModified()))
                .toList();
    }

    private void remove(S3Bucket objects, String bucket, Orphan orphan, boolean dryRun, Listener listener) {
        if (dryRun) {
            listener.orphan(orphan);
        } else if (manifest.giveUp(bucket, orphan.key())) {
            objects.delete(orphan.key());
            listener.orphan(orphan);
        }
    }
}
