package dev.headgate.bench;

import dev.headgate.bench.SizeBench.Case;
import dev.headgate.cli.command.TextTable;
import java.util.List;

/**
 * What {@code bench size} measured.
 *
 * @param messages of each backlog
 * @param options those of each JVM
 */
record SizeResult(BenchServers.Machine machine, int messages, int batchSize, List<String> options, List<Case> cases) {

    String text() {
        return machine.text()
                + "%n%,d messages each, batches of %,d, %s%n%n"
                        .formatted(messages, batchSize, String.join(" ", options))
                + new TextTable<Case>()
                        .column("ROWS", 20, size -> "%,d".formatted(size.rows()))
                        .column("KEYS", 20, Case::keys)
                        .column("PURGED", 20, size -> size.expired() ? "%,d".formatted(size.purged()) : "-")
                        .column("COMMITTED", 20, size -> "%,d/s"
                                .formatted(size.committed().perSecond()))
                        .column("FALL", 20, SizeResult::fall)
                        .column("ALL EACH", 20, size -> micros(size.committed().allCpuMicros()))
                        .column(
                                "POSTGRES EACH",
                                20,
                                size -> micros(size.committed().cpuMicros().getOrDefault("postgres", Double.NaN)))
                        .column("CLAIM EACH", 20, size -> micros(size.claimMicros()))
                        .column("WAL EACH", 20, size -> "%,d bytes".formatted(size.walBytes()))
                        .text(cases);
    }

    private static String fall(Case size) {
        Double percent = size.fallPercent();
        return percent == null ? "-" : "%.1f %%".formatted(percent);
    }

    private static String micros(double micros) {
        return "%.1f us".formatted(micros);
    }
}
