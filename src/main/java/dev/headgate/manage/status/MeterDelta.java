package dev.headgate.manage.status;

import dev.headgate.manage.meters.Buckets;
import dev.headgate.manage.meters.MeterSnapshot;
import dev.headgate.manage.meters.Meters;
import java.time.Duration;

/** What has happened between two readings; NaN where the meters do not say. */
record MeterDelta(MeterSnapshot before, MeterSnapshot now) {

    /** How much a counter has grown. */
    double increase(Meters meter, String... labels) {
        double later = now.value(meter, labels);
        double earlier = before.value(meter, labels);
        return later - (Double.isNaN(earlier) ? 0 : earlier);
    }

    /** How much all series of a counter that begin with this label have grown. */
    double sumOfIncreases(Meters meter, String first) {
        double later = now.sum(meter, first);
        double earlier = before.sum(meter, first);
        return later - (Double.isNaN(earlier) ? 0 : earlier);
    }

    double perSecond(Meters meter, String... labels) {
        double seconds = Duration.between(before.at(), now.at()).toMillis() / 1_000.0;
        return seconds > 0 ? increase(meter, labels) / seconds : Double.NaN;
    }

    /** A quantile of what a histogram has counted between the two, in its unit. */
    double quantile(double quantile, Meters meter, String... labels) {
        Buckets later = now.histogram(meter, labels);
        Buckets earlier = before.histogram(meter, labels);
        if (later == null) {
            return Double.NaN;
        }
        return (earlier == null ? later : later.since(earlier)).quantile(quantile);
    }
}
