package dev.headgate.app;

import dev.headgate.s3.Sweep;
import dev.headgate.s3.Sweep.Orphan;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes objects that are not in the manifest, when they are old enough, from the buckets of the routes. */
public final class SweepRoute extends UpkeepRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(SweepRoute.class);

    static final String ID = "sweep-objects";

    private final Sweep sweep;
    private final Duration orphanAge;
    private final Duration interval;

    /**
     * @param orphanAge how long an object that is not in the manifest stays
     * @param interval how often the buckets are looked through
     */
    public SweepRoute(Sweep sweep, Duration orphanAge, Duration interval) {
        this.sweep = sweep;
        this.orphanAge = orphanAge;
        this.interval = interval;
    }

    @Override
    public void configure() {
        each(
                interval,
                ID,
                "Removes objects that are not in the manifest and have passed their age.",
                route -> route.process(exchange -> sweep(exchange.getContext())).id(ID + "-remove"));
    }

    private void sweep(CamelContext context) {
        Map<String, Integer> removed = new TreeMap<>();
        sweep.run(context, orphanAge, new Sweep.Listener() {
            @Override
            public void looked(String bucket, long objects) {
                LOG.debug("Looked at {} objects of the bucket {}", objects, bucket);
            }

            @Override
            public void orphan(Orphan orphan) {
                removed.merge(orphan.bucket(), 1, Integer::sum);
            }
        });
        removed.forEach((bucket, orphans) -> LOG.info("Removed {} orphans from the bucket {}", orphans, bucket));
    }
}
