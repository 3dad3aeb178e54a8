package dev.headgate.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headgate bench jobs}. */
@CommandLine.Command(
        name = "jobs",
        description = "Execute waiting jobs with Headgate and with db-scheduler, and compare.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class JobsBenchCommand implements Callable<Integer> {

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Jobs that wait (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(names = "--graphile", description = "Measure graphile-worker, too; it needs Node.js and npm.")
    private boolean graphile;

    @Option(names = "--json", description = "Print the result as one JSON object, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (jobs < 1000) {
            throw new ParameterException(spec.commandLine(), "--jobs must be at least 1000, found " + jobs);
        }
        Path directory = Files.createTempDirectory("headgate-bench-");
        try {
            JobBench.Result result =
                    new JobBench(jobs, graphile, spec.commandLine().getErr()::println).run(directory);
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? new ObjectMapper().writeValueAsString(result) : result.text());
            out.flush();
            return 0;
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }
}
