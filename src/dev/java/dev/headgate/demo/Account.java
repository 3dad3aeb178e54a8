package dev.headgate.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the generator made, set against what is in the source, the tables and the sink after everything has drained. */
public record Account(List<Figure> figures) {
    public Account {
        figures = List.copyOf(figures);
    }

    public boolean reconciles() {
        return differences().isEmpty();
    }

    /** One sentence for each figure that is not as it must be; empty if the account reconciles. */
    public List<String> differences() {
        return figures.stream()
                .map(Figure::difference)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The account as one JSON object: what was found. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("reconciled", reconciles());
        figures.forEach(figure -> json.put(figure.key(), figure.found()));
        var sentences = json.putArray("differences");
        differences().forEach(sentences::add);
        return json;
    }

    /** The account as lines for a person. */
    public String text() {
        var text = new StringBuilder();
        figures.forEach(
                figure -> text.append(String.format(Locale.ROOT, "%-20s %,12d%n", figure.name(), figure.found())));
        List<String> differences = differences();
        text.append(differences.isEmpty() ? "The account reconciles.\n" : "The account does not reconcile:\n");
        differences.forEach(difference -> text.append("  ").append(difference).append('\n'));
        return text.toString();
    }
}
