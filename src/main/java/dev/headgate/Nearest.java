package dev.headgate;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known name that a misspelt one is nearest to, by edit distance. */
public final class Nearest {

    private Nearest() {}

    /** Empty if none is near enough to have been meant: more than a third of the letters would have to change. */
    public static Optional<String> to(String name, Collection<String> known) {
        return within(Math.max(3, name.length() / 3), name, known);
    }

    /** Empty if more letters than so many would have to change. */
    public static Optional<String> within(int most, String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(candidate -> distance(name, candidate) <= most);
    }

    /** Levenshtein distance, with one row of memory. */
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= left.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                int substituted = diagonal + (left.charAt(line - 1) == right.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(substituted, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[right.length()];
    }
}
