package dev.headgate.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where SQL writes entries of the outbox, and jobs: the literals that stand in the columns {@code destination} and
 * {@code queue}. What is computed is not seen.
 *
 * @param line from one
 */
record SqlWrites(String table, String name, int line) {

    private static final Pattern INSERT = Pattern.compile(
            "(?i)insert\\s+into\\s+headgate\\s*\\.\\s*(outbox|job)\\s*(?:as\\s+\\w+\\s*)?\\(([^)]*)\\)");
    private static final Pattern LITERAL = Pattern.compile("'((?:[^']|'')*)'(?:\\s*::\\s*\\w+)?(?:\\s+as\\s+\\w+)?");
    private static final Pattern REST = Pattern.compile(
            "(?is)\\s*(?:overriding\\s+\\w+\\s+value\\s+)?(select|values\\s*\\()(?:\\s+distinct\\b(?!\\s+on))?");

    static List<SqlWrites> in(String sql) {
        String plain = withoutComments(sql);
        List<SqlWrites> writes = new ArrayList<>();
        Matcher insert = INSERT.matcher(plain);
        while (insert.find()) {
            String table = insert.group(1).toLowerCase(Locale.ROOT);
            int column = column(insert.group(2), table.equals("job") ? "queue" : "destination");
            Matcher rest = REST.matcher(plain).region(insert.end(), plain.length());
            if (column >= 0 && rest.lookingAt()) {
                int[] value = value(plain, rest.end(), column);
                String text = plain.substring(value[0], value[1]);
                Matcher literal = LITERAL.matcher(text.strip());
                if (literal.matches()) {
                    int at = value[0] + text.length() - text.stripLeading().length();
                    int line = 1
                            + (int) plain.substring(0, at)
                                    .chars()
                                    .filter(sign -> sign == '\n')
                                    .count();
                    writes.add(new SqlWrites(table, literal.group(1).replace("''", "'"), line));
                }
            }
        }
        return writes;
    }

    private static int column(String columns, String wanted) {
        String[] names = columns.split(",", -1);
        for (int i = 0; i < names.length; i++) {
            if (names[i].strip().replace("\"", "").equalsIgnoreCase(wanted)) {
                return i;
            }
        }
        return -1;
    }

    /** Begin and end of the value at an index of a list, by the commas that stand in no parentheses and no text. */
    private static int[] value(String sql, int begin, int index) {
        int depth = 0;
        int left = index;
        int start = begin;
        boolean text = false;
        for (int i = begin; i < sql.length(); i++) {
            char sign = sql.charAt(i);
            if (sign == '\'') {
                text = !text;
            } else if (!text && (sign == '(' || sign == '[')) {
                depth++;
            } else if (!text && (sign == ')' || sign == ']') && depth-- == 0) {
                return new int[] {start, i};
            } else if (!text && depth == 0 && sign == ',') {
                if (left-- == 0) {
                    return new int[] {start, i};
                }
                start = i + 1;
            } else if (!text
                    && depth == 0
                    && left == 0
                    && sql.regionMatches(true, i, "from", 0, 4)
                    && Character.isWhitespace(sql.charAt(i - 1))) {
                return new int[] {start, i};
            }
        }
        return new int[] {start, sql.length()};
    }

    /** With spaces in their place, so that lines stay where they are. */
    private static String withoutComments(String sql) {
        return Pattern.compile("'(?:[^']|'')*'|--[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL)
                .matcher(sql)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group().startsWith("'")
                                ? found.group()
                                : found.group().replaceAll("[^\\n]", " ")));
    }
}
