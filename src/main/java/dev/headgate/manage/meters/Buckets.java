package dev.headgate.manage.meters;

/** What a histogram has counted, bucket by bucket. Immutable. */
public final class Buckets {

    private final double[] bounds;
    private final long[] counts;

    /**
     * @param bounds the upper edges, ascending, the last one infinite
     * @param counts of each bucket alone
     */
    Buckets(double[] bounds, long[] counts) {
        this.bounds = bounds;
        this.counts = counts;
    }

    public long count() {
        return above(Double.NEGATIVE_INFINITY);
    }

    /** Those that were larger than an edge of the buckets. */
    public long above(double edge) {
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += bounds[i] > edge ? counts[i] : 0;
        }
        return sum;
    }

    /** What was counted after an earlier reading of the same histogram. */
    public Buckets since(Buckets earlier) {
        long[] later = counts.clone();
        for (int i = 0; i < later.length; i++) {
            later[i] -= earlier.counts[i];
        }
        return new Buckets(bounds, later);
    }

    /**
     * As Prometheus's {@code histogram_quantile}: evenly spread within a bucket, and the last edge for what is beyond it.
     *
     * @return NaN if nothing was counted
     */
    public double quantile(double quantile) {
        double rank = quantile * count();
        double below = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0 && below + counts[i] >= rank) {
                double low = i == 0 ? 0 : bounds[i - 1];
                return Double.isInfinite(bounds[i]) ? low : low + (bounds[i] - low) * (rank - below) / counts[i];
            }
            below += counts[i];
        }
        return Double.NaN;
    }
}
