package dev.headgate.cli.deadletters;

import dev.headgate.cli.command.Details;
import dev.headgate.cli.command.TextTable;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.ReasonCount;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
        new TreeMap<>(letter.headers()).forEach((name, value) -> details.add("header", name + ": " + value));
        return details.payload(payload);
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
