package dev.headgate.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the generator made, set against what is in the topics and the tables after everything has drained.
 *
 * @param expected what was generated
 * @param found what is there
 */
public record Account(Totals expected, Found found) {
    /**
     * What is there, read by {@link Auditor}.
     *
     * @param received records in the source topic
     * @param applied rows of the ledger
     * @param deadLettered rows of the dead letters
     * @param orders rows of the orders
     * @param versions the sum of the orders' latest versions: one for each valid message if none was lost
     * @param outboxEntries rows of the outbox
     * @param delivered rows of the outbox that are marked as delivered
     * @param relayed distinct entry ids in the target topic
     * @param missing entries of the outbox that are not in the target topic
     * @param strangers records of the target topic that are of no entry of the outbox
     */
    public record Found(
            long received,
            long applied,
            long deadLettered,
            long orders,
            long versions,
            long outboxEntries,
            long delivered,
            long relayed,
            long missing,
            long strangers) {}

    /** Messages received that were neither applied nor dead-lettered. */
    public long duplicates() {
        return found.received - found.applied - found.deadLettered;
    }

    public boolean reconciles() {
        return differences().isEmpty();
    }

    /** One sentence for each figure that is not as it must be; empty if the account reconciles. */
    public List<String> differences() {
        List<String> differences = new ArrayList<>();
        compare(differences, "messages in the source topic", expected.produced(), found.received);
        compare(differences, "messages applied (headgate.ledger)", expected.valid(), found.applied);
        compare(differences, "duplicates absorbed", expected.duplicates(), duplicates());
        compare(differences, "dead letters (headgate.dead_letter)", expected.invalid(), found.deadLettered);
        compare(differences, "orders stored (public.orders)", expected.created(), found.orders);
        compare(differences, "versions of the stored orders, summed", expected.valid(), found.versions);
        compare(differences, "outbox entries (headgate.outbox)", expected.valid(), found.outboxEntries);
        compare(differences, "outbox entries marked as delivered", found.outboxEntries, found.delivered);
        compare(differences, "distinct entries in the target topic", found.outboxEntries, found.relayed);
        compare(differences, "outbox entries missing from the target topic", 0, found.missing);
        compare(differences, "records of the target topic without an outbox entry", 0, found.strangers);
        return differences;
    }

    /** The account as one JSON object. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("reconciled", reconciles())
                .put("produced", expected.produced())
                .put("applied", found.applied)
                .put("duplicates", duplicates())
                .put("deadLettered", found.deadLettered)
                .put("orders", found.orders)
                .put("outboxEntries", found.outboxEntries)
                .put("delivered", found.delivered)
                .put("relayed", found.relayed);
        var sentences = json.putArray("differences");
        differences().forEach(sentences::add);
        return json;
    }

    /** The account as lines for a person. */
    public String text() {
        var text = new StringBuilder();
        line(text, "produced", expected.produced());
        line(text, "applied", found.applied);
        line(text, "duplicates", duplicates());
        line(text, "dead-lettered", found.deadLettered);
        line(text, "outbox entries", found.outboxEntries);
        line(text, "delivered", found.delivered);
        List<String> differences = differences();
        text.append(differences.isEmpty() ? "The account reconciles.\n" : "The account does not reconcile:\n");
        differences.forEach(difference -> text.append("  ").append(difference).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, long count) {
        text.append(String.format(Locale.ROOT, "%-15s %,12d%n", name, count));
    }

    private static void compare(List<String> differences, String what, long expected, long found) {
        if (expected != found) {
            differences.add(String.format(
                    Locale.ROOT,
                    "%s: expected %,d, found %,d (%s %,d)",
                    what,
                    expected,
                    found,
                    found < expected ? "short by" : "over by",
                    Math.abs(found - expected)));
        }
    }
}
