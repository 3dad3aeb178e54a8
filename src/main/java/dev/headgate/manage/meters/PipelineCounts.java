package dev.headgate.manage.meters;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.concurrent.atomic.LongAdder;

/** What has become of one pipeline's messages in batches, counted since the start. Thread-safe. */
final class PipelineCounts {

    /** The meters of one pipeline, in messages and seconds, looked up once and not for each message. */
    final DistributionDataPoint inRoute;

    final DistributionDataPoint freshness;
    final LongAdder closed = new LongAdder();
    final LongAdder committed = new LongAdder();
    final LongAdder applied = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    final LongAdder deadLetters = new LongAdder();

    PipelineCounts(DistributionDataPoint inRoute, DistributionDataPoint freshness) {
        this.inRoute = inRoute;
        this.freshness = freshness;
    }
}
