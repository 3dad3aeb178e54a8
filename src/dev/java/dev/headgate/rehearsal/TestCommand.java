package dev.headgate.rehearsal;

import dev.headgate.ConfigurationException;
import dev.headgate.Finding;
import dev.headgate.HeadgateException;
import dev.headgate.app.RoutesCheck;
import dev.headgate.cli.check.Findings;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.demo.DemoServers;
import dev.headgate.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code headgate test}: exit code 0 if all tests pass, 1 if one does not. */
@CommandLine.Command(
        name = "test",
        description = "Run the tests that lie beside the routes, *.test.yaml, on embedded servers.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TestCommand implements Command {

    /** @param faults what is not as expected; empty if it passes */
    private record Result(String name, List<String> faults, Duration took) {}

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder of the routes (default: that of --routes).")
    private @Nullable Path folder;

    @Mixin
    private RoutesOption routes;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a report in JUnit's form of XML, too.")
    private @Nullable Path report;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Quiet.log();
        Path looked = folder == null ? routes.folder() : folder;
        List<Finding> findings = RoutesCheck.findings(looked, null, Map.of(), false);
        Findings.print(findings, "error: ", "warning: ", spec.commandLine().getErr());
        if (Findings.refuse(findings)) {
            return 1;
        }
        List<Path> tests = tests(looked);
        List<Result> results = new ArrayList<>();
        Path directory = Files.createTempDirectory("headgate-try-");
        try (DemoServers servers = new DemoServers(directory)) {
            for (int i = 0; i < tests.size(); i++) {
                results.add(run(servers, looked, tests.get(i), "rehearsal_" + i));
            }
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
        if (report != null) {
            Files.writeString(report, xml(looked, results));
        }
        return results.stream().allMatch(result -> result.faults.isEmpty()) ? 0 : 1;
    }

    private static List<Path> tests(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> tests = files.filter(
                            file -> file.getFileName().toString().endsWith(".test.yaml"))
                    .sorted()
                    .toList();
            if (tests.isEmpty()) {
                throw new ConfigurationException(
                        "%s holds no *.test.yaml: write one, with messages and what is expected of them."
                                .formatted(folder));
            }
            return tests;
        }
    }

    private Result run(DemoServers servers, Path looked, Path test, String database) {
        PrintWriter out = spec.commandLine().getOut();
        Expectation expectation = Expectation.read(test);
        long begin = System.nanoTime();
        List<String> faults;
        try (Rehearsal rehearsal = new Rehearsal(servers, looked, Settings.load(looked, null, Map.of()), database)) {
            rehearsal.send(expectation.messages());
            faults = rehearsal.differences(expectation);
        } catch (ConfigurationException e) {
            throw e;
        } catch (HeadgateException e) {
            faults = List.of(String.valueOf(e.getMessage()));
        }
        Result result = new Result(test.getFileName().toString(), faults, Duration.ofNanos(System.nanoTime() - begin));
        out.println("%s %s".formatted(faults.isEmpty() ? "passed" : "failed", result.name));
        faults.forEach(fault -> out.println("   " + fault));
        out.flush();
        return result;
    }

    private static String xml(Path folder, List<Result> results) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append("<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"0\">\n"
                .formatted(
                        escaped(folder.toString()),
                        results.size(),
                        results.stream()
                                .filter(result -> !result.faults.isEmpty())
                                .count()));
        for (Result result : results) {
            xml.append("  <testcase classname=\"%s\" name=\"%s\" time=\"%s\">\n"
                    .formatted(
                            escaped(folder.toString()),
                            escaped(result.name),
                            String.format(Locale.ROOT, "%.3f", result.took.toMillis() / 1000.0)));
            if (!result.faults.isEmpty()) {
                xml.append("    <failure message=\"%s\">%s</failure>\n"
                        .formatted(escaped(result.faults.get(0)), escaped(String.join("\n", result.faults))));
            }
            xml.append("  </testcase>\n");
        }
        return xml.append("</testsuite>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
