package dev.headgate.manage.meters;

/** What a meter measures, and how it is shown: those with bounds are histograms. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the bounds
enum MeterKind {
    COUNTER,
    GAUGE,
    INFO,
    SECONDS(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 60, 120, 300, 600),
    MESSAGES(1, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000),
    BYTES(1_024, 10_240, 102_400, 1_048_576, 4_194_304, 8_388_608, 16_777_216, 67_108_864);

    private final double[] bounds;

    MeterKind(double... bounds) {
        this.bounds = bounds;
    }

    double[] bounds() {
        return bounds;
    }
}
