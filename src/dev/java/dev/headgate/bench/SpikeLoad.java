package dev.headgate.bench;

/**
 * What is sent, when.
 *
 * @param rate messages a second before and after the spike
 * @param factor by what the rate rises
 * @param recoverySeconds how long to wait for the return at most
 */
record SpikeLoad(int rate, int baselineSeconds, double factor, int spikeSeconds, int recoverySeconds) {
    SpikeLoad {
        if (rate < 100 || baselineSeconds < 5 || factor < 1 || spikeSeconds < 1 || recoverySeconds < 1) {
            throw new IllegalArgumentException(
                    ("Expected a rate of at least 100, a baseline of at least 5 s, a factor of at least 1 and a spike of"
                                    + " at least 1 s; found rate %d, baseline %d, factor %s, spike %d")
                            .formatted(rate, baselineSeconds, factor, spikeSeconds));
        }
    }

    /** Messages a second during the spike. */
    int spikeRate() {
        return (int) Math.round(rate * factor);
    }

    /** More than are ever sent and not applied, if the baseline rate is sustained. */
    int mostUnapplied() {
        return spikeRate() * (spikeSeconds + 10);
    }
}
