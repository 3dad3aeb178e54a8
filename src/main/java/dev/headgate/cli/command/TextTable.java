package dev.headgate.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Columns as wide as what is in them, up to a most; longer texts are cut, and are one line each. */
public final class TextTable {

    private final List<List<String>> rows = new ArrayList<>();
    private final List<Integer> widest;

    public TextTable(List<String> header, List<Integer> widest) {
        this.widest = widest;
        add(header.toArray(String[]::new));
    }

    public void add(String... cells) {
        List<String> row = new ArrayList<>();
        for (int column = 0; column < cells.length; column++) {
            row.add(cut(cells[column].replaceAll("\\p{Cntrl}+", " "), widest.get(column)));
        }
        rows.add(row);
    }

    @Override
    public String toString() {
        int[] widths = new int[widest.size()];
        rows.forEach(row -> {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        });
        return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining());
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = row.get(column);
            line.append(cell).append(" ".repeat(widths[column] - cell.length() + 2));
        }
        return line.toString().stripTrailing() + "\n";
    }

    private static String cut(String text, int longest) {
        return text.length() > longest ? text.substring(0, longest - 1) + "\u2026" : text;
    }
}
