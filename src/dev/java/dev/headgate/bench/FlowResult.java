package dev.headgate.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.headgate.bench.Times.Latency;
import dev.headgate.cli.command.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bench flow} or {@code bench relay} measured.
 *
 * @param messages of the backlog
 * @param options those of each JVM
 * @param ratio Headgate's messages by processor time, to the last delivered, by those of the plain loop and relay
 */
record FlowResult(
        BenchServers.Machine machine,
        int messages,
        int writers,
        int batchSize,
        List<String> options,
        Reading headgate,
        Reading plain,
        double ratio) {

    /**
     * From the first message that got through to the last that got to a place.
     *
     * @param cpuMicros processor time a message by process, in microseconds
     * @param allCpuMicros their sum
     */
    record Drained(long perSecond, Map<String, Double> cpuMicros, double allCpuMicros) {
        private String text() {
            return "%,d/s".formatted(perSecond);
        }
    }

    /**
     * From the start of the process.
     *
     * @param readyMillis until it said so; null for who does not
     * @param fullSpeedMillis until the end of the first second that brought 90% of the rate of the second half; null if
     *     none did
     */
    record Start(
            @Nullable Long readyMillis,
            long firstMillis,
            @Nullable Long fullSpeedMillis) {}

    /** From when messages were due to be sent, at so many a second. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Loaded(int perSecond, @Nullable Latency committed, Latency delivered) {}

    /** One contender; without {@code committed} where messages begin in the outbox. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Reading(@Nullable Drained committed, Drained delivered, Start start, Loaded load) {}

    private record Row(String what, String headgate, String plain) {}

    String text() {
        return machine.text()
                + "%n%,d messages waiting, %d writers, batches of %,d, %s%n%n"
                        .formatted(messages, writers, batchSize, String.join(" ", options))
                + new TextTable<Row>()
                        .column("", 60, Row::what)
                        .column("HEADGATE", 20, Row::headgate)
                        .column("BY HAND", 20, Row::plain)
                        .text(rows())
                + "%nratio %.2f, of messages by processor time, to the last delivered".formatted(ratio);
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        drained(rows, "committed", Reading::committed);
        drained(rows, "delivered", Reading::delivered);
        row(rows, "start to ready", reading -> millis(reading.start().readyMillis()));
        row(rows, "start to first message", reading -> millis(reading.start().firstMillis()));
        row(rows, "start to full speed", reading -> millis(reading.start().fullSpeedMillis()));
        row(rows, "load", reading -> "%,d/s".formatted(reading.load().perSecond()));
        latency(rows, "committed", reading -> reading.load().committed());
        latency(rows, "delivered", reading -> reading.load().delivered());
        return rows;
    }

    private void drained(List<Row> rows, String place, Function<Reading, @Nullable Drained> drained) {
        Drained ofHeadgate = drained.apply(headgate);
        Drained ofPlain = drained.apply(plain);
        if (ofHeadgate == null || ofPlain == null) {
            return;
        }
        rows.add(new Row(place, ofHeadgate.text(), ofPlain.text()));
        ofHeadgate
                .cpuMicros()
                .forEach((process, micros) -> rows.add(new Row(
                        "  processor time each, " + process,
                        micros(micros),
                        micros(ofPlain.cpuMicros().getOrDefault(process, 0.0)))));
        rows.add(new Row(
                "  processor time each, all", micros(ofHeadgate.allCpuMicros()), micros(ofPlain.allCpuMicros())));
    }

    private void latency(List<Row> rows, String place, Function<Reading, @Nullable Latency> latency) {
        if (latency.apply(headgate) != null && latency.apply(plain) != null) {
            row(rows, "  arrival to %s, p50 p99 p99.9".formatted(place), reading -> text(latency.apply(reading)));
        }
    }

    private void row(List<Row> rows, String what, Function<Reading, String> value) {
        rows.add(new Row(what, value.apply(headgate), value.apply(plain)));
    }

    private static String text(@Nullable Latency latency) {
        return latency == null
                ? "-"
                : "%,.0f %,.0f %,.0f ms".formatted(latency.p50Millis(), latency.p99Millis(), latency.p999Millis());
    }

    private static String millis(@Nullable Long millis) {
        return millis == null ? "-" : "%,d ms".formatted(millis);
    }

    private static String micros(double micros) {
        return "%.1f us".formatted(micros);
    }
}
