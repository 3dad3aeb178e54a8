package dev.headgate.cli.deadletters;

import dev.headgate.cli.command.PayloadText;
import dev.headgate.cli.command.TextTable;
import dev.headgate.deadletter.DeadLetter;
import dev.headgate.deadletter.ReasonCount;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Dead letters for people: tables of about 110 columns, times of this machine's zone. */
public final class DeadLetterText {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneId.systemDefault());

    private DeadLetterText() {}

    static String list(List<DeadLetter> letters) {
        TextTable table = new TextTable(
                List.of("ID", "PIPELINE", "REASON", "STAGE", "KEY", "TRIED", "REFUSED", "STATE"),
                List.of(10, 12, 26, 16, 12, 5, 16, 9));
        letters.forEach(letter -> table.add(
                Long.toString(letter.id()),
                letter.pipeline(),
                letter.reason(),
                letter.stage(),
                letter.key() == null ? "" : letter.key(),
                Integer.toString(letter.attempts()),
                time(letter.receivedAt()),
                state(letter)));
        return table.toString();
    }

    static String reasons(List<ReasonCount> counts) {
        TextTable table =
                new TextTable(List.of("COUNT", "PIPELINE", "REASON", "OLDEST", "NEWEST"), List.of(10, 20, 40, 16, 16));
        counts.forEach(count -> table.add(
                Long.toString(count.count()),
                count.pipeline(),
                count.reason(),
                time(count.oldest()),
                time(count.newest())));
        return table.toString();
    }

    static String show(DeadLetter letter, byte @Nullable [] payload) {
        List<String> lines = new ArrayList<>();
        add(lines, "id", letter.id());
        add(lines, "state", state(letter));
        add(lines, "pipeline", letter.pipeline());
        add(lines, "stage", letter.stage());
        add(lines, "reason", letter.reason());
        add(lines, "error", letter.error());
        add(lines, "key", letter.key());
        add(lines, "source", letter.source());
        add(lines, "refused", time(letter.receivedAt()));
        add(lines, "attempts", letter.attempts());
        add(lines, "replays", letter.replays());
        add(lines, "replayed", time(letter.replayedAt()));
        add(lines, "settled", time(letter.settledAt()));
        add(lines, "discarded", letter.discardedWhy());
        letter.headers().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(header -> add(lines, "header", header.getKey() + ": " + header.getValue()));
        String payloadText = PayloadText.text(payload);
        add(
                lines,
                "payload",
                letter.payloadBytes() == null
                        ? "none"
                        : letter.payloadBytes() + " bytes" + (payloadText == null ? ", base64" : ""));
        if (payload != null) {
            lines.add("");
            lines.add(payloadText == null ? PayloadText.base64(payload) : payloadText);
        }
        return String.join("\n", lines) + "\n";
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
        return held ? "held" : letter.state().name().toLowerCase(Locale.ROOT);
    }

    public static String time(@Nullable Instant instant) {
        return instant == null ? "" : TIME.format(instant);
    }

    private static void add(List<String> lines, String name, @Nullable Object value) {
        if (value != null && !value.equals("")) {
            lines.add("%-10s%s".formatted(name, value));
        }
    }
}
