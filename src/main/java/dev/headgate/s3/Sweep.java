package dev.headgate.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.component.aws2.s3.AWS2S3Endpoint;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Removes orphans: objects that were put by attempts which did not commit.
 *
 * <p>It looks only at keys that a layout could have made, of pipelines that have objects in the manifest. Before an object
 * is deleted its key is given up in a transaction of its own, so that a transaction that is still open, however old, cannot
 * insert its row any more: it fails, and its batch is tried again under another key. Thread-safe; several may run at once.
 */
public final class Sweep {

    /** What the sweep says while it works. */
    public interface Listener {

        /** After each page of the listing: how many objects of the bucket have been looked at. */
        void looked(String bucket, long objects);

        /** An orphan was found and, unless it is a dry run, removed. */
        void orphan(Orphan orphan);
    }

    /** An object that is not in the manifest. */
    public record Orphan(String bucket, String key, long bytes, Instant modified) {}

    private final ManifestTable manifest;
    private final InstantSource clock;

    public Sweep(DataSource dataSource, InstantSource clock) {
        this.manifest = new ManifestTable(dataSource);
        this.clock = clock;
    }

    /**
     * Looks once through the buckets that the routes of the context put objects in; when one does not let it, through the
     * others too.
     *
     * @param olderThan by the time of the S3 server; younger objects are left alone
     */
    public void run(CamelContext context, Duration olderThan, Listener listener) {
        RuntimeException failure = null;
        for (Endpoint endpoint : context.getEndpoints()) {
            try {
                if (endpoint instanceof ObjectsEndpoint objects && objects.isStarted()) {
                    run(new S3Bucket(objects.s3()), objects.layout(), olderThan, false, listener);
                }
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Looks through one bucket once.
     *
     * @param context whose S3 component has the credentials
     * @param olderThan by the time of the S3 server; younger objects are left alone
     * @param dryRun only tells what it would remove
     */
    public void run(
            CamelContext context, String bucket, Layout layout, Duration olderThan, boolean dryRun, Listener listener) {
        S3Bucket objects = new S3Bucket(context.getEndpoint("aws2-s3:" + bucket, AWS2S3Endpoint.class));
        run(objects, layout, olderThan, dryRun, listener);
    }

    private void run(S3Bucket bucket, Layout layout, Duration olderThan, boolean dryRun, Listener listener) {
        Instant youngest = clock.instant().minus(olderThan);
        long[] looked = {0};
        for (String pipeline : manifest.pipelines(bucket.name())) {
            bucket.forEachPage(layout.prefix(pipeline), page -> {
                orphans(bucket, layout, page, youngest)
                        .forEach(orphan -> remove(bucket, layout, orphan, dryRun, listener));
                looked[0] += page.size();
                listener.looked(bucket.name(), looked[0]);
            });
        }
    }

    private List<Orphan> orphans(S3Bucket bucket, Layout layout, List<S3Object> page, Instant youngest) {
        List<S3Object> old = page.stream()
                .filter(object -> object.lastModified().isBefore(youngest) && layout.batchId(object.key()) != null)
                .toList();
        Set<String> named =
                manifest.named(bucket.name(), old.stream().map(S3Object::key).toList());
        return old.stream()
                .filter(object -> !named.contains(object.key()))
                .map(object -> new Orphan(bucket.name(), object.key(), object.size(), object.lastModified()))
                .toList();
    }

    private void remove(S3Bucket bucket, Layout layout, Orphan orphan, boolean dryRun, Listener listener) {
        if (dryRun) {
            listener.orphan(orphan);
        } else if (manifest.giveUp(bucket.name(), orphan.key(), Objects.requireNonNull(layout.batchId(orphan.key())))) {
            bucket.delete(orphan.key());
            listener.orphan(orphan);
        }
    }
}
