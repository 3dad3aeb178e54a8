package dev.headgate.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.headgate.bench.Times.Latency;
import dev.headgate.cli.command.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bench flow} or {@code bench relay} measured.
 *
 * @param messages of the backlog
 * @param options those of each JVM
 * @param peers those that were asked for, by their names
 * @param ratio Headgate's messages by processor time, to the last delivered, by those of the plain loop and relay
 * @param secondHalfRatio the same of the second half of the messages, when little is left to compile
 */
record FlowResult(
        BenchServers.Machine machine,
        int messages,
        int writers,
        int batchSize,
        List<String> options,
        Reading headgate,
        Reading plain,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Reading> peers,
        double ratio,
        double secondHalfRatio) {

    /**
     * From the first message that got through to the last that got to a place.
     *
     * @param cpuMicros processor time a message by process, in microseconds
     * @param allCpuMicros their sum
     */
    record Drained(long perSecond, Map<String, Double> cpuMicros, double allCpuMicros) {}

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
    record Loaded(
            int perSecond,
            @Nullable Latency committed,
            @Nullable Latency delivered) {}

    /**
     * One contender; without {@code committed} where messages begin in the outbox, and without {@code delivered} where they
     * end in a table.
     *
     * @param secondHalf from the message in the middle of those that got through to the end of the last one's way
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Reading(
            @Nullable Drained committed, @Nullable Drained delivered, Drained secondHalf, Start start, Loaded load) {}

    private record Row(String what, List<String> values) {}

    String text() {
        TextTable<Row> table = new TextTable<Row>().column("", 60, Row::what);
        List<String> names = new ArrayList<>(List.of("headgate", "by hand"));
        names.addAll(peers.keySet());
        for (int i = 0; i < names.size(); i++) {
            int index = i;
            table.column(names.get(i).toUpperCase(Locale.ROOT), 20, row -> row.values()
                    .get(index));
        }
        return machine.text()
                + "%n%,d messages waiting, %d writers, batches of %,d, %s%n%n"
                        .formatted(messages, writers, batchSize, String.join(" ", options))
                + table.text(rows())
                + "%nratio %.2f, of messages by processor time, to the last delivered; %.2f, of the second half"
                        .formatted(ratio, secondHalfRatio);
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        drained(rows, "committed", Reading::committed);
        drained(rows, "delivered", Reading::delivered);
        drained(rows, "second half", Reading::secondHalf);
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
        if (ofHeadgate == null) {
            return;
        }
        row(rows, place, drained, found -> "%,d/s".formatted(found.perSecond()));
        for (String process : ofHeadgate.cpuMicros().keySet()) {
            row(
                    rows,
                    "  processor time each, " + process,
                    drained,
                    found -> micros(Objects.requireNonNull(found.cpuMicros().get(process))));
        }
        row(rows, "  processor time each, all", drained, found -> micros(found.allCpuMicros()));
    }

    private void latency(List<Row> rows, String place, Function<Reading, @Nullable Latency> latency) {
        if (latency.apply(headgate) != null) {
            row(rows, "  arrival to %s, p50 p99 p99.9".formatted(place), latency, FlowResult::text);
        }
    }

    /** What some have no value for is a dash. */
    private <T> void row(List<Row> rows, String what, Function<Reading, @Nullable T> value, Function<T, String> text) {
        row(rows, what, reading -> {
            T found = value.apply(reading);
            return found == null ? "-" : text.apply(found);
        });
    }

    private void row(List<Row> rows, String what, Function<Reading, String> value) {
        rows.add(new Row(
                what,
                Stream.concat(Stream.of(headgate, plain), peers.values().stream())
                        .map(value)
                        .toList()));
    }

    private static String text(Latency latency) {
        return "%,.0f %,.0f %,.0f ms".formatted(latency.p50Millis(), latency.p99Millis(), latency.p999Millis());
    }

    private static String millis(@Nullable Long millis) {
        return millis == null ? "-" : "%,d ms".formatted(millis);
    }

    private static String micros(double micros) {
        return "%.1f us".formatted(micros);
    }
}
