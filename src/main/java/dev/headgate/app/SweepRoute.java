package dev.headgate.app;

import dev.headgate.s3.Sweep;
import dev.headgate.s3.Sweep.Orphan;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes objects that are not in the manifest, when they are old enough. */
public final class SweepRoute extends UpkeepRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(SweepRoute.class);

    private final Sweep sweep;
    private final String bucket;
    private final Duration orphanAge;
    private final Duration interval;

    /**
     * @param orphanAge how long an object that is not in the manifest stays
     * @param interval how often the bucket is looked through
     */
    public SweepRoute(Sweep sweep, String bucket, Duration orphanAge, Duration interval) {
        this.sweep = sweep;
        this.bucket = bucket;
        this.orphanAge = orphanAge;
        this.interval = interval;
    }

    @Override
    public void configure() {
        each(
                interval,
                "sweep-objects",
                "Removes objects that are not in the manifest and have passed their age.",
                route -> route.process(exchange -> sweep(exchange.getContext())).id("sweep-objects-remove"));
    }

    private void sweep(CamelContext context) {
        long[] removed = {0};
        sweep.run(context, bucket, orphanAge, false, new Sweep.Listener() {
            @Override
            public void looked(long objects) {
                LOG.debug("Looked at {} objects of the bucket {}", objects, bucket);
            }

            @Override
            public void orphan(Orphan orphan) {
                removed[0]++;
            }
        });
        if (removed[0] > 0) {
            LOG.info("Removed {} orphans from the bucket {}", removed[0], bucket);
        }
    }
}
