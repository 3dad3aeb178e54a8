package dev.headgate.cli.verify;

import dev.headgate.cli.command.JsonText;
import dev.headgate.cli.command.TextTable;
import dev.headgate.cli.verify.Discrepancy.Severity;
import java.util.List;

/**
 * All that was found, for people and for programs.
 *
 * @param kept whether no error was found
 */
record Report(
        boolean kept,
        List<PartitionAccount> partitions,
        List<DestinationAccount> destinations,
        List<Discrepancy> findings) {

    private static final JsonText JSON = new JsonText();

    String json() {
        return JSON.pretty(this);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        if (!partitions.isEmpty()) {
            text.append(new TextTable<PartitionAccount>()
                    .column("PIPELINE", 30, PartitionAccount::pipeline)
                    .column("PARTITION", 60, PartitionAccount::partition)
                    .column("FROM", 19, PartitionAccount::from)
                    .column("POSITION", 19, PartitionAccount::position)
                    .column("RECORDS", 19, PartitionAccount::records)
                    .column("APPLIED", 19, PartitionAccount::applied)
                    .column("DUPLICATE", 19, PartitionAccount::duplicates)
                    .column("DEAD", 19, PartitionAccount::deadLetters)
                    .column("FILTERED", 19, PartitionAccount::filtered)
                    .column("EXPIRED", 19, PartitionAccount::expired)
                    .column("UNPROVEN", 19, PartitionAccount::unproven)
                    .column("LOST", 19, PartitionAccount::lost)
                    .text(partitions));
        }
        if (!destinations.isEmpty()) {
            text.append(new TextTable<DestinationAccount>()
                    .column("DESTINATION", 40, DestinationAccount::destination)
                    .column("TOPIC", 60, DestinationAccount::topic)
                    .column("RECORDS", 19, DestinationAccount::records)
                    .column("DELIVERED", 19, DestinationAccount::delivered)
                    .column("TWICE", 19, DestinationAccount::twice)
                    .column("MISSING", 19, DestinationAccount::missing)
                    .column("PENDING", 19, DestinationAccount::pending)
                    .text(destinations));
        }
        findings.forEach(finding -> text.append(finding.text()).append('\n'));
        long errors = count(Severity.ERROR);
        long warnings = count(Severity.WARNING);
        return text.append(kept ? "The promises hold, as far as was looked" : "A promise was not kept")
                .append(": ")
                .append(errors == 0 ? "no errors" : errors + (errors == 1 ? " error" : " errors"))
                .append(", ")
                .append(warnings == 0 ? "no warnings" : warnings + (warnings == 1 ? " warning" : " warnings"))
                .append('\n')
                .toString();
    }

    private long count(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
