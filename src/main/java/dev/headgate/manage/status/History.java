package dev.headgate.manage.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.ToDoubleFunction;

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
    synchronized void writeTimes(ArrayNode times) {
        samples.forEach(sample -> times.add(sample.at.getEpochSecond()));
    }

    /** An array for each chart, as long as that of the times. */
    synchronized void write(String pipeline, ObjectNode charts) {
        write(pipeline, charts.putArray("perSecond"), Point::perSecond);
        write(pipeline, charts.putArray("waiting"), Point::waiting);
        write(pipeline, charts.putArray("freshnessP99Seconds"), Point::freshnessP99);
        write(pipeline, charts.putArray("deadLetters"), Point::deadLetters);
    }

    private void write(String pipeline, ArrayNode values, ToDoubleFunction<Point> value) {
        for (Sample sample : samples) {
            Point point = sample.points.get(pipeline);
            values.add(Numbers.node(point == null ? Double.NaN : value.applyAsDouble(point)));
        }
    }
}
