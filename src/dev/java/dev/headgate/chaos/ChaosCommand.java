package dev.headgate.chaos;

import dev.headgate.Finding;
import dev.headgate.app.RoutesCheck;
import dev.headgate.chaos.Schedule.Episode;
import dev.headgate.cli.check.Findings;
import dev.headgate.cli.command.Command;
import dev.headgate.cli.command.RoutesOption;
import dev.headgate.demo.DemoServers;
import dev.headgate.rehearsal.Input;
import dev.headgate.rehearsal.Quiet;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate chaos}: exit code 0 if nothing was lost, doubled, out of order or stuck, 1 if something was. */
@CommandLine.Command(
        name = "chaos",
        description =
                "Run a pipeline on embedded servers, as several processes, while all kinds of things go wrong, and check what became of each message.",
        footer = {
            "",
            "The same seed gives the same faults in the same order. Nothing of yours is connected to.",
            "Without --input the messages are the orders of the demo."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ChaosCommand implements Command {

    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long faults are applied (default: 5).")
    private int minutes;

    @Option(names = "--seed", paramLabel = "S", description = "What the faults are made from (default: any).")
    private @Nullable Long seed;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Recorded messages, one a line, sent over and over, each with a message-id of its own.")
    private @Nullable Path input;

    @Option(names = "--rate", paramLabel = "N", description = "Messages per second (default: 1800, from a queue 500).")
    private @Nullable Integer rate;

    @Option(names = "--keep", description = "Keep data and logs, and print where they are.")
    private boolean keep;

    @Option(names = "--json", description = "Print the report as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        requirePositive("--minutes", minutes);
        requirePositive("--rate", rate == null ? 1 : rate);
        Quiet.log();
        // What its own producers and servers say of being harmed is nothing that people ask for.
        List.of("org.apache.kafka", "kafka", "logger", "io.zonky")
                .forEach(name -> Configurator.setLevel(name, Level.OFF));
        Path folder = routes.folder();
        List<Finding> findings = RoutesCheck.findings(folder, null, Map.of(), false);
        Findings.print(findings, "error: ", "warning: ", spec.commandLine().getErr());
        if (Findings.refuse(findings)) {
            return 1;
        }
        long chosen = seed == null ? new SplittableRandom().nextLong(1_000_000) : seed;
        Messages messages = input == null ? Messages.orders(chosen) : Messages.recorded(Input.lines(input));
        Path directory = Files.createTempDirectory("headgate-chaos-");
        boolean remove = false;
        try (DemoServers servers = new DemoServers(directory);
                Site site = new Site(servers, directory, folder, messages, rate, chosen)) {
            tell("Seed        " + chosen);
            if (!WrongClock.isPossible()) {
                tell("Clocks      stay right: with faketime installed (apt-get install faketime) some are an hour off");
            }
            if (!site.isKeyed()) {
                tell(
                        "Expected    one effect for each record of the topic, also of messages sent twice: idempotency=positions");
            }
            if (!site.buckets().isEmpty()) {
                tell("Objects     are of a second or 5,000 messages, so that there are many");
            }
            tell("Logs        " + directory);
            Iterator<Episode> schedule = new Schedule(chosen, FaultKind.possible(site.places()));
            Report report = new Chaos(site, directory, input == null, this::tell)
                    .run(
                            until(Duration.ofMinutes(minutes), schedule),
                            again(chosen, site.traffic().perSecond()));
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? report.json() + "\n" : report.text());
            out.flush();
            remove = report.holds() && !keep;
            return report.holds() ? 0 : 1;
        } finally {
            if (remove) {
                FileSystemUtils.deleteRecursively(directory);
            } else {
                tell("Kept        " + directory);
            }
        }
    }

    /** The episodes that begin in that time, which begins with the first one. */
    private static Iterator<Episode> until(Duration time, Iterator<Episode> schedule) {
        return new Iterator<>() {
            private @Nullable Long start;

            @Override
            public boolean hasNext() {
                if (start == null) {
                    start = System.nanoTime();
                }
                return System.nanoTime() - start < time.toNanos();
            }

            @Override
            public Episode next() {
                return schedule.next();
            }
        };
    }

    private String again(long chosen, int perSecond) {
        return "./headgate chaos --minutes %d --seed %d --rate %d --routes %s%s"
                .formatted(minutes, chosen, perSecond, routes.folder(), input == null ? "" : " --input " + input);
    }

    private void tell(String line) {
        PrintWriter writer =
                json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        writer.println(line);
        writer.flush();
    }

    private void requirePositive(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, found " + value);
        }
    }
}
