package dev.headgate.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.cli.command.RoutesOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate bench spike}: exit code 0 if lag and freshness returned to their baseline by themselves, 1 if not. */
@CommandLine.Command(
        name = "spike",
        description = "Raise the load for a while, and watch freshness, lag and inflight return to their baseline.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SpikeCommand implements Callable<Integer> {
    private static final int RECOVERY_SECONDS = 120;

    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Messages per second before and after the spike (default: 4000).")
    private int rate;

    @Option(
            names = "--baseline",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "How long to measure before the spike, after a warm-up of 10 s (default: 15).")
    private int baseline;

    @Option(
            names = "--factor",
            paramLabel = "X",
            defaultValue = "2",
            description = "By what the rate rises (default: 2).")
    private double factor;

    @Option(
            names = "--spike",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long the spike is (default: 20).")
    private int spike;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "Where to draw the curves as SVG (default: a new file in the temporary directory).")
    private @Nullable Path plot;

    @Option(names = "--json", description = "Print the result as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        SpikeLoad load = load();
        Path directory = Files.createTempDirectory("headgate-bench-");
        try {
            tell(Second.heading());
            SpikeResult result = new Spike(routes.folder(), load, second -> tell(second.text())).run(directory);
            Path drawn = plot == null ? Files.createTempFile("headgate-spike-", ".svg") : plot;
            Files.writeString(drawn, new SpikePlot(result.seconds()).svg());
            tell(result.text() + "Plot       " + drawn);
            if (json) {
                print(result, drawn);
            }
            return result.returnedAfterSeconds() == null ? 1 : 0;
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private SpikeLoad load() {
        try {
            return new SpikeLoad(rate, baseline, factor, spike, RECOVERY_SECONDS);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
    }

    private void tell(String line) {
        PrintWriter writer =
                json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        writer.println(line);
        writer.flush();
    }

    private void print(SpikeResult result, Path drawn) throws IOException {
        var mapper = new ObjectMapper();
        ObjectNode object = mapper.valueToTree(result);
        object.put("plot", drawn.toString());
        PrintWriter out = spec.commandLine().getOut();
        out.println(mapper.writeValueAsString(object));
        out.flush();
    }
}
