package dev.headgate.cli.check;

import dev.headgate.Finding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Findings as they are shown: a line each, with paths from the working directory where they lie below it. */
public final class Findings {

    private Findings() {}

    /** Whether there is one that cannot run. */
    public static boolean refuse(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> !finding.warning());
    }

    /** Each on a line of its own, behind a word for those that cannot run, and one for the others. */
    public static void print(List<Finding> findings, String error, String warning, PrintWriter to) {
        for (Finding finding : findings) {
            Finding near = near(finding);
            to.println((near.warning() ? warning : error) + near.text());
        }
        to.flush();
    }

    static Finding near(Finding finding) {
        Path here = Path.of("").toAbsolutePath();
        Path file = Path.of(finding.file());
        return file.isAbsolute() && file.startsWith(here)
                ? new Finding(
                        here.relativize(file).toString(),
                        finding.line(),
                        finding.column(),
                        finding.what(),
                        finding.remedy(),
                        finding.warning())
                : finding;
    }
}
