package dev.headgate;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Something in the files of a pipeline that cannot run, or would not do what it looks like, and what to do about it.
 *
 * @param file its path, or empty if it is in none that is known
 * @param line from one, or zero if it is not known
 * @param column from one, or zero if it is not known
 * @param what a part of a sentence without a full stop
 * @param remedy an order, with a full stop
 * @param warning whether it may be as it is meant: nothing is refused for it
 */
public record Finding(String file, int line, int column, String what, String remedy, boolean warning) {

    /** By file, line and column. */
    public static final Comparator<Finding> BY_PLACE =
            Comparator.comparing(Finding::file).thenComparing(Finding::line).thenComparing(Finding::column);

    /** What cannot run. */
    public static Finding error(String file, int line, int column, String what, String remedy) {
        return new Finding(file, line, column, what, remedy, false);
    }

    /** What may be meant. */
    public static Finding warning(String file, int line, int column, String what, String remedy) {
        return new Finding(file, line, column, what, remedy, true);
    }

    /** One line for people. */
    public String text() {
        return "%s%s: %s".formatted(place(), what, remedy);
    }

    /**
     * Ends a start if there is one that cannot run.
     *
     * @throws ConfigurationException that says all of those
     */
    public static void require(List<Finding> findings) {
        if (findings.stream().anyMatch(finding -> !finding.warning)) {
            throw new ConfigurationException(findings.stream()
                    .filter(finding -> !finding.warning)
                    .map(Finding::text)
                    .collect(Collectors.joining("\n")));
        }
    }

    private String place() {
        if (file.isEmpty()) {
            return "";
        }
        return file + (line > 0 ? ", line " + line : "") + (column > 0 ? ", column " + column : "") + ": ";
    }
}
