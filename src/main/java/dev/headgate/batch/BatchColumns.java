package dev.headgate.batch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The columns that the relation {@code batch} has beside its own: what the options {@code columns} and {@code headerColumns}
 * say.
 */
record BatchColumns(List<Column> columns) {

    /** What the names of the relation's own columns begin with. */
    static final String OWN = "message_";

    private static final Pattern COLUMN =
            Pattern.compile("(?s)\"((?:[^\"]|\"\")+)\"\\s*(\\S.*)|([\\p{L}_][\\p{L}\\p{N}_$]*)\\s+(\\S.*)");
    private static final Pattern TYPE = Pattern.compile("[\\p{L}\\p{N}_$ .,()\\[\\]\"]+");

    /**
     * One column.
     *
     * @param name of the JSON property, or of the header
     * @param written the name as SQL, quoted if the option has it quoted
     * @param type as Postgres takes it, with its precision
     */
    record Column(String name, String written, String type, boolean isHeader) {}

    BatchColumns {
        columns = List.copyOf(columns);
    }

    /**
     * Reads the options.
     *
     * @return null if neither is set
     * @throws IllegalArgumentException names the option, what was found and what is expected
     */
    static @Nullable BatchColumns of(@Nullable String columns, @Nullable String headerColumns) {
        if (columns == null && headerColumns == null) {
            return null;
        }
        List<Column> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        read("columns", columns, false, all, names);
        read("headerColumns", headerColumns, true, all, names);
        return new BatchColumns(all);
    }

    private static void read(
            String option, @Nullable String list, boolean isHeader, List<Column> columns, Set<String> names) {
        if (list == null) {
            return;
        }
        for (String item : items(list)) {
            Matcher matcher = COLUMN.matcher(item);
            boolean quoted = matcher.matches() && matcher.group(1) != null;
            String type = !matcher.matches() ? "" : quoted ? matcher.group(2) : matcher.group(4);
            if (!TYPE.matcher(type).matches()) {
                throw new IllegalArgumentException(
                        "%s must be a list such as order_id text, amount numeric(12,2), found \"%s\" where a name and a type of Postgres are expected"
                                .formatted(option, item));
            }
            String name = quoted ? matcher.group(1).replace("\"\"", "\"") : matcher.group(3);
            String inSql = quoted ? name : name.toLowerCase(Locale.ROOT);
            if (inSql.startsWith(OWN)) {
                throw new IllegalArgumentException(
                        "%s has the column %s: names that begin with %s are those of the batch's own columns, which are there without a word"
                                .formatted(option, name, OWN));
            }
            if (!names.add(inSql)) {
                throw new IllegalArgumentException(
                        "%s has the column %s, which is there already: name each once".formatted(option, name));
            }
            columns.add(new Column(name, quoted ? "\"" + matcher.group(1) + "\"" : name, type, isHeader));
        }
    }

    /** What stands between commas outside of parentheses and quotes. */
    private static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            quoted ^= c == '"';
            if (!quoted) {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (c == ',' && depth == 0) {
                    items.add(list.substring(start, i).strip());
                    start = i + 1;
                }
            }
        }
        items.add(list.substring(start).strip());
        return items;
    }
}
