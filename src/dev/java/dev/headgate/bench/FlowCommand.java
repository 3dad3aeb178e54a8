package dev.headgate.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.command.RoutesOption;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate bench flow}: exit code 1 if Headgate was below the least ratio. */
@CommandLine.Command(
        name = "flow",
        description =
                "The shipped Headgate and a loop and relay as one writes them by hand, from the topic to the target"
                        + " topic, and compare.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
class FlowCommand implements Callable<Integer> {
    private static final Flow.Size FULL = new Flow.Size(0, 800_000, 30);
    private static final Flow.Size QUICK = new Flow.Size(50_000, 50_000, 3);

    @Mixin
    private RoutesOption routes;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "Messages of about 260 bytes to preload (default: 500000; with --quick 50000).")
    private @Nullable Integer messages;

    @Option(names = "--quick", description = "A small backlog and a short load.")
    private boolean quick;

    @Option(
            names = "--least-ratio",
            paramLabel = "RATIO",
            description = "Fail below this ratio of messages by processor time.")
    private double leastRatio;

    @Option(
            names = "--peers",
            paramLabel = "NAME",
            split = ",",
            arity = "0..1",
            fallbackValue = "all",
            description = "Measure these peers, too, or all: spring, camel, sink; of the relay: router.")
    private List<String> peers = List.of();

    @Option(
            names = "--positions",
            description = "Headgate writes no ledger rows: its batches have idempotency=positions.")
    private boolean positions;

    @Option(names = "--json", description = "Print the result as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final Inflow inflow;

    FlowCommand() {
        this(new TopicInflow());
    }

    private FlowCommand(Inflow inflow) {
        this.inflow = inflow;
    }

    /** {@code headgate bench relay}: the same, from the outbox. */
    @CommandLine.Command(
            name = "relay",
            description = "The shipped relay and one as one writes it by hand, from the outbox to the target topic, and"
                    + " compare.")
    static final class Relay extends FlowCommand {
        Relay() {
            super(new OutboxInflow());
        }
    }

    @Override
    public Integer call() throws Exception {
        Flow.Size size = quick ? QUICK : FULL;
        if (messages != null) {
            size = new Flow.Size(quick ? messages : 0, messages, size.loadSeconds());
        }
        if (size.messages() < 10_000) {
            throw new ParameterException(spec.commandLine(), "--messages must be at least 10000");
        }
        List<Contender> asked = asked();
        Path directory = Files.createTempDirectory("headgate-bench-");
        try {
            FlowResult result =
                    new Flow(routes.folder(), inflow, size, asked, options(), this::progress).run(directory);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? new ObjectMapper().writeValueAsString(result) : result.text());
            out.flush();
            if (result.ratio() < leastRatio) {
                progress("The ratio is %.2f: below the least, %.2f".formatted(result.ratio(), leastRatio));
                return 1;
            }
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private Map<String, String> options() {
        return positions ? Map.of("camel.component.batch.idempotency", "positions") : Map.of();
    }

    private List<Contender> asked() {
        List<Contender> all = inflow.peers();
        if (peers.equals(List.of("all"))) {
            return all;
        }
        List<Contender> asked =
                all.stream().filter(peer -> peers.contains(peer.toString())).toList();
        if (asked.size() < peers.size()) {
            throw new ParameterException(spec.commandLine(), "--peers must be of " + all + ", found " + peers);
        }
        return asked;
    }

    private void progress(String line) {
        spec.commandLine().getErr().println(line);
    }
}
