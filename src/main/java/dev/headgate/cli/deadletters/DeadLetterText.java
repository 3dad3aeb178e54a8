package dev.headgate.cli.deadletters;

import dev.headgate.cli.command.Details;
import dev.headgate.cli.command.TextTable;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.ReasonCount;
import dev.headgate.deadletter.ReplayReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Dead letters for people: tables of about 110 columns. */
final class DeadLetterText {

    private DeadLetterText() {}

    static String list(List<DeadLetter> letters) {
        return new TextTable<DeadLetter>()
                .column("ID", 10, DeadLetter::id)
                .column("PIPELINE", 12, DeadLetter::pipeline)
                .column("REASON", 26, DeadLetter::reason)
                .column("STAGE", 16, DeadLetter::stage)
                .column("KEY", 12, DeadLetter::key)
                .column("TRIED", 5, DeadLetter::attempts)
                .column("REFUSED", 16, DeadLetter::receivedAt)
                .column("STATE", 9, DeadLetterText::state)
                .text(letters);
    }

    static String reasons(List<ReasonCount> counts) {
        return new TextTable<ReasonCount>()
                .column("COUNT", 10, ReasonCount::count)
                .column("PIPELINE", 20, ReasonCount::pipeline)
                .column("REASON", 40, ReasonCount::reason)
                .column("OLDEST", 16, ReasonCount::oldest)
                .column("NEWEST", 16, ReasonCount::newest)
                .text(counts);
    }

    static String show(DeadLetter letter, byte @Nullable [] payload) {
        Details details = new Details(10)
                .add("id", letter.id())
                .add("state", state(letter))
                .add("pipeline", letter.pipeline())
                .add("stage", letter.stage())
                .add("reason", letter.reason())
                .add("error", letter.error())
                .add("key", letter.key())
                .add("source", letter.source())
                .add("refused", letter.receivedAt())
                .add("attempts", letter.attempts())
                .add("replays", letter.replays())
                .add("replayed", letter.replayedAt())
                .add("settled", letter.settledAt())
                .add("discarded", letter.discardedWhy());
        if (letter.cut()) {
            details.add("cut", "payload and headers are only the beginning: it cannot be replayed");
        }
        letter.headers()
                .forEach(header -> details.add(
                        "header", header.name() + (header.value() == null ? " (no value)" : ": " + header.value())));
        return details.payload(payload);
    }

    /** What people should know, and do, of a replay that did not end well. */
    static List<String> complaints(ReplayReport report, Duration patience) {
        List<String> lines = new ArrayList<>();
        for (ReplayReport.Stop stop : report.stops()) {
            lines.add(
                    "Dead letter %d was refused again (%s: %s). %s of %s with the reason %s: mend the cause, then replay again; or discard dead letter %d, if the fault is in it alone; --force sends all the same."
                            .formatted(
                                    stop.letter(),
                                    stop.newReason(),
                                    firstLine(stop.error()),
                                    left(stop.left()),
                                    stop.pipeline(),
                                    stop.oldReason(),
                                    stop.letter()));
        }
        if (report.refused() > report.stops().size()) {
            lines.add(report.refused()
                    + " of those replayed were refused again in all: `headgate dead-letters list` has them.");
        }
        if (report.silent()) {
            lines.add(
                    "Within %d s nothing became of %s that %s sent to %s source, of which the first is %d: %s pipeline does not run, or has much to read before. %sIf it does not run, start `headgate run`; --force sends without waiting."
                            .formatted(
                                    patience.toSeconds(),
                                    count(report.unknown()),
                                    report.unknown() == 1 ? "was" : "were",
                                    report.unknown() == 1 ? "its" : "their",
                                    report.firstUnknown(),
                                    report.unknown() == 1 ? "its" : "their",
                                    report.left() == 0 ? "" : left(report.left()) + ": replay these when it has. "));
        }
        return lines;
    }

    private static String left(long count) {
        return count == 0 ? "None was left" : count + (count == 1 ? " was left as it is" : " were left as they are");
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /** {@code 1 dead letter}, {@code 2 dead letters}. */
    static String count(long count) {
        return count + (count == 1 ? " dead letter" : " dead letters");
    }

    /** {@code orders 2, refunds 1}. */
    static String pairs(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(count -> count.getKey() + " " + count.getValue())
                .collect(Collectors.joining(", "));
    }

    static String state(DeadLetter letter) {
        boolean held = letter.held() && letter.state() == DeadLetter.State.DEAD;
        return held ? "held" : letter.state().toString();
    }
}
