package dev.headgate.manage.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The last 15 minutes of each pipeline, sample by sample. Thread-safe. */
final class History {

    private static final Duration LENGTH = Duration.ofMinutes(15);

    /**
     * What a chart shows of a pipeline at one time; NaN where it is not known.
     *
     * @param perSecond messages acknowledged
     * @param waiting messages in the source
     * @param freshnessP99 in seconds, of the last minute
     * @param deadLetters since the sample before
     */
    record Point(double perSecond, double waiting, double freshnessP99, double deadLetters) {}

    /** One list for each chart, as long as that of the times. */
    record Charts(
            List<Double> perSecond, List<Double> waiting, List<Double> freshnessP99Seconds, List<Double> deadLetters) {}

    private record Sample(Instant at, Map<String, Point> points) {}

    private final int kept;
    private final Deque<Sample> samples = new ArrayDeque<>();

    History(Duration interval) {
        kept = (int) LENGTH.dividedBy(interval);
    }

    synchronized void add(Instant at, Map<String, Point> points) {
        if (samples.size() == kept) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(at, Map.copyOf(points)));
    }

    /** The times, in seconds of the epoch. */
    synchronized List<Long> times() {
        return samples.stream().map(sample -> sample.at.getEpochSecond()).toList();
    }

    /** What is known of a pipeline at each of the times. */
    synchronized Charts charts(String pipeline) {
        return new Charts(
                values(pipeline, Point::perSecond),
                values(pipeline, Point::waiting),
                values(pipeline, Point::freshnessP99),
                values(pipeline, Point::deadLetters));
    }

    private List<Double> values(String pipeline, Function<Point, Double> value) {
        return samples.stream()
                .map(sample -> sample.points.get(pipeline))
                .map(point -> point == null ? Double.NaN : value.apply(point))
                .toList();
    }
}
