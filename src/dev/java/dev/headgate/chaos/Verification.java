package dev.headgate.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.StreamSupport;

/**
 * What {@code headgate verify} says of the pipeline: the command that people run on theirs, with nothing told to it that they
 * could not tell.
 *
 * @param report the object that it prints
 * @param broken its errors, one line each; repeats in the target, which the account holds against their bound, are warnings
 */
record Verification(JsonNode report, List<String> broken) {

    private static final ObjectMapper JSON = new ObjectMapper();

    Verification {
        broken = List.copyOf(broken);
    }

    /**
     * Runs it. Nothing may flow any more.
     *
     * @throws IllegalStateException if it says nothing
     */
    static Verification run(Site site, Path directory) throws IOException {
        Path config = directory.resolve("verify.properties");
        Properties properties = new Properties();
        properties.putAll(site.settings());
        try (Writer writer = Files.newBufferedWriter(config)) {
            properties.store(writer, null);
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(
                new PrintWriter(out),
                new PrintWriter(err),
                "verify",
                "--json",
                "--routes",
                site.routes().toString(),
                "--config",
                config.toString());
        JsonNode report = JSON.readTree(out.toString());
        if (exitCode > 1 || !report.path("findings").isArray()) {
            throw new IllegalStateException("headgate verify ended with %d: %s".formatted(exitCode, err));
        }
        return new Verification(
                report,
                StreamSupport.stream(report.get("findings").spliterator(), false)
                        .filter(finding -> finding.path("severity").asText().equals("error"))
                        .map(Verification::line)
                        .toList());
    }

    private static String line(JsonNode finding) {
        JsonNode first = finding.path("examples").path(0);
        return "%s: %s: %s, such as %s %s"
                .formatted(
                        finding.path("kind").asText(),
                        finding.path("where").asText(),
                        finding.path("what")
                                .asText()
                                .replace("%d", finding.path("count").asText()),
                        first.path("position").asText(),
                        first.path("key").asText(""));
    }

    boolean holds() {
        return broken.isEmpty();
    }

    String text() {
        return holds()
                ? "headgate verify: the promises hold.\n"
                : "headgate verify: a promise was not kept:\n  " + String.join("\n  ", broken) + "\n";
    }
}
