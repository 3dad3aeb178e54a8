package dev.headgate.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;

/**
 * A list for people: a line of titles, then one line for each row. A column is as wide as what is in it, up to a most,
 * where it is cut; times are those of this machine's zone, to the minute. Not thread-safe.
 */
public final class TextTable<T> {

    private record Field<T>(String title, int widest, Function<T, @Nullable Object> value) {}

    private final List<Field<T>> fields = new ArrayList<>();

    /** Adds a column; what it has no value for, null, is blank. */
    public TextTable<T> column(String title, int widest, Function<T, @Nullable Object> value) {
        fields.add(new Field<>(title, widest, value));
        return this;
    }

    /** The whole table, with a line break at its end. */
    public String text(List<T> rows) {
        List<String[]> lines = Stream.concat(
                        Stream.<String[]>of(fields.stream().map(Field::title).toArray(String[]::new)),
                        rows.stream().map(this::cells))
                .toList();
        Column[] columns = new Column[fields.size()];
        for (int column = 0; column < columns.length; column++) {
            int index = column;
            int longest = lines.stream()
                    .mapToInt(cells -> cells[index].length())
                    .max()
                    .orElse(0);
            columns[column] = new Column(Math.min(longest, fields.get(column).widest()) + 2, 0, Overflow.TRUNCATE);
        }
        Help.TextTable table = Help.TextTable.forColumns(Help.defaultColorScheme(Ansi.OFF), columns);
        lines.forEach(table::addRowValues);
        return table.toString();
    }

    private String[] cells(T row) {
        return fields.stream()
                .map(field -> cut(Details.text(field.value.apply(row)).replaceAll("\\s+", " "), field.widest))
                .toArray(String[]::new);
    }

    private static String cut(String text, int longest) {
        return text.length() > longest ? text.substring(0, longest - 1) + "\u2026" : text;
    }
}
