package dev.headgate.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a run went.
 *
 * @param faults how often each kind has struck
 * @param recoveries of the episodes, from the last heal until each partition that waited was acknowledged further
 * @param ends of processes that nobody has ended, or that could not finish, by exit code
 * @param problems what did not hold besides the account, in sentences
 * @param verified what {@code headgate verify} says
 * @param again the command that runs the same again
 */
record Report(
        Map<FaultKind, Integer> faults,
        List<Duration> recoveries,
        Map<String, Integer> ends,
        Duration lasted,
        long messages,
        Audit.Result found,
        List<String> problems,
        Verification verified,
        String again) {

    /** Whether nothing was lost, doubled, out of order or stuck. */
    boolean holds() {
        return problems.isEmpty() && found.account().reconciles() && verified.holds();
    }

    int faultCount() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "faults", "%,d in %,d s".formatted(faultCount(), lasted.toSeconds()));
        faults.forEach((kind, count) -> line(text, "  " + kind, "%,d".formatted(count)));
        line(text, "messages", "%,d".formatted(messages));
        line(text, "duplicates", "%,d absorbed".formatted(found.duplicates()));
        line(text, "dead letters", "%,d".formatted(found.deadLetters()));
        line(text, "repeats", "%,d in the target".formatted(found.repeats()));
        line(
                text,
                "recovery",
                "median %s, longest %s, of %,d episodes"
                        .formatted(seconds(median()), seconds(longest()), recoveries.size()));
        line(text, "processes", ends.isEmpty() ? "none ended by itself" : "ended by themselves, by exit code: " + ends);
        text.append('\n').append(found.account().text());
        text.append(verified.text());
        problems.forEach(problem -> text.append("  ").append(problem).append('\n'));
        return text.append("\nThe same again: ").append(again).append('\n').toString();
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("holds", holds());
        json.put("seconds", lasted.toSeconds());
        json.put("faults", faultCount());
        ObjectNode kinds = json.putObject("faultsByKind");
        faults.forEach((kind, count) -> kinds.put(kind.toString(), count));
        json.put("messages", messages);
        json.put("duplicatesAbsorbed", found.duplicates());
        json.put("deadLetters", found.deadLetters());
        json.put("repeatsInTarget", found.repeats());
        json.put("recoveryMedianMillis", median().toMillis());
        json.put("recoveryLongestMillis", longest().toMillis());
        ObjectNode codes = json.putObject("endedByThemselves");
        ends.forEach(codes::put);
        json.set("account", found.account().json());
        json.set("verify", verified.report());
        problems.forEach(json.putArray("problems")::add);
        json.put("again", again);
        return json;
    }

    private Duration median() {
        return recoveries.isEmpty()
                ? Duration.ZERO
                : recoveries.stream().sorted().toList().get(recoveries.size() / 2);
    }

    private Duration longest() {
        return recoveries.stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1_000.0);
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-22s %s%n", name, value));
    }
}
